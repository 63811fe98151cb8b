"""The HUD, the API and the simulated front."""
