"""Lists that people import, as spreadsheets and other programs leave them."""
