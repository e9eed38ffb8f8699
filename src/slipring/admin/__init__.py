"""What operators ask a running server for."""
