"""The phones' network: a process of its own, which shares nothing with what moves latches.

It owns the phones' connections, TLS, deadlines and limits, and hands whole requests to the daemon
over a Unix socket. It loads little (docs/adr/0096), and knows neither ledger nor keys.
"""
