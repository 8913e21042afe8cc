"""What other systems of the chain may send us: orders and events. Every request is signed; described by OpenAPI.

The room checks shapes and signatures; what the rows mean is decided in `people`, as for files. It knows no staff.
"""
