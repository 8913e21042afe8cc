"""What other systems of the chain may ask of us: orders, events. Every request is signed; described by OpenAPI."""
