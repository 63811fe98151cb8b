"""A damaged ledger put together again from what is proven; the damaged file is never written."""
