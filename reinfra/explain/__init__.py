"""Why something was called strange: points, scale, share of each channel, earlier episodes, changes, roots."""
