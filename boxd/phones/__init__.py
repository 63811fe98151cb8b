"""The phones' half: signed links and QR codes, and the small pages behind them."""
