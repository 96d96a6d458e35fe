"""The tables of load balancers."""
