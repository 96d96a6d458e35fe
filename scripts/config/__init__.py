"""Commands about the YAML: checking it, and editing it with its comments kept."""
