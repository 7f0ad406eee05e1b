"""Which layer may read which, and what every model brings with it: rules that files are held to."""
