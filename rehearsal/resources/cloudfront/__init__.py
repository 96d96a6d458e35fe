"""The tables of CloudFront."""
