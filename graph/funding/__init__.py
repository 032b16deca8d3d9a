"""Funding: sums that add only like to like, with what they rest on and what they leave out."""
