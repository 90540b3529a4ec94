"""What a receptionist can do. Every write to a practice management system goes through here (law 2).

The door: :func:`routiq.frontdesk.people.recognise_caller`, :func:`routiq.frontdesk.people.habit_of`,
:func:`routiq.frontdesk.times.menu`, :func:`routiq.frontdesk.times.find_times`,
:func:`routiq.frontdesk.booking.book`, :func:`routiq.frontdesk.moving.reschedule`,
:func:`routiq.frontdesk.cancelling.cancel`, :func:`routiq.frontdesk.registering.register_patient`,
:func:`routiq.frontdesk.waitlist.join`, :func:`routiq.frontdesk.tasks.leave_task`. All act for the practice in force.
"""
