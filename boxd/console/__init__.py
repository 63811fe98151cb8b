"""The organiser's console: pages at /o for the staff, each section a module with its templates."""
