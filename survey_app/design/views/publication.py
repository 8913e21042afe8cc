"""Publishing: review, difference, approval, schedule, retiring."""
