"""What a deploy takes: the backend's artifact and the website's build."""
