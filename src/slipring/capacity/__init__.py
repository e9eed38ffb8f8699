"""What requests cost: `units` the arithmetic, `consumed` how it is told to the client."""
