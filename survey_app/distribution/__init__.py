"""Bringing a questionnaire to people: collectors (doors for answers), waves (key periods), QR codes and posters."""
