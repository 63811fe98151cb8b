"""How make sets things up."""
