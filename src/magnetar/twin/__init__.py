"""The simulated market around a whole platform: shoppers, content, rivals, days; the hidden truth."""
