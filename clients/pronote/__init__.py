"""Pronote: timetable, marks, homework, absences."""
