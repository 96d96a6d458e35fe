"""The DiceyTech product's project: settings, urls, and what its apps share."""
