"""What commands, routes and pages are made of: one result object, one way to fail, one session."""
