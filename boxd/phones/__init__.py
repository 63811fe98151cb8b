"""The phones' side: signed links and QR codes, and the small pages behind them."""
