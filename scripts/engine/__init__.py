"""The Pulumi CLI, its stacks and its state."""
