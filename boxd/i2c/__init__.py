"""Touch sensors and pin expanders on an I2C bus."""
