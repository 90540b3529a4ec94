"""The words of our field that several readers share. Data: each is put into phrases by the reader that needs it."""

from __future__ import annotations

from routiq.robyn.understanding.phrases import one_of

VISIT = one_of(
    "appointment appointments appt appts booking bookings session sessions consult consults consultation "
    "visit visits "
    "reservation reservations checkup treatment massage adjustment review"
)
"""What is booked."""

SERVICE = (
    r"(?:massage|treatment|adjustment|assessment|haircut|hair ?cut|trim|clean|cleaning|scan|x ?ray|filling|facial|"
    r"needling|acupuncture|cupping|orthotics|rehab|physio|therapy|counselling|(?:medical|professional|"
    r"dental) (?:attention|help|care|advice)|hair done|nails done)"
)
"""What is done at a visit."""

ROOM = one_of("slot slots spot spots time times opening openings gap gaps availability vacancy vacancies")
"""What is free."""

PROVIDER = (
    r"(?!(?:list|waitlist|exist|resist|assist|insist|wrist|wrists|twist|fist|mist|lists|receptionist|"
    r"artist)\b)(?:\w{3,}ists?|doctors?|docs?|gps?|dr|physios?|chiros?|osteos?|podiatry|practitioners?|"
    r"chiropractors?|osteopaths?|counsel+ors?|nurses?|clinicians?|pathologists?|dietit?ians?|dieticians?|"
    r"naturopaths?|surgeons?|providers?|midwi(?:fe|ves)|(?:hair )?salons?|barbers?|hairdressers?|stylists?|"
    r"clinics?|ot|practices?)"
)
"""Who or what is visited, by trade. Most trades of health end alike."""

_KIN_EACH = (
    "son daughter wife husband partner mum mother dad father kid child baby boy girl brother sister friend nan "
    "nanna pop girlfriend boyfriend flatmate neighbour uncle nephew niece mate toddler hubby missus"
)
KIN = rf"(?:{one_of(_KIN_EACH)}|grand\w+|fianc\w+|aunt\w*|little one|other half|better half)"
"""Who belongs to somebody."""

KINS = one_of(
    "sons daughters kids children boys girls twins parents brothers sisters friends mates grandkids littlies"
)
"""Several of them."""

FUND = (
    r"(?:bupa|medibank|hcf|nib|hbf|ahm|gmhba|cbhs|hif|peoplecare|australian unity|latrobe|southern cross|unimed|"
    r"medicare|hicaps|ndis|dva|acc|work ?cover|work ?safe|icare|(?:private )?health (?:fund|insurance|cover)s?|"
    r"private (?:health|cover)|insur(?:ance|er|ers|ed)|extras(?: cover)?|rebates?|(?:gold|white) card)"
)
"""Who pays beside the patient, in Australia and New Zealand."""

FACT = one_of(
    "address addresses addres number numbers phone contact contacts rating ratings reviews location directions "
    "website site parking hours cost costs price prices fee fees rates details detail info information experience "
    "qualifications stars landline fax street suburb map services procedures"
)
"""What is asked about a practice or a practitioner, and is no appointment."""
