"""Three invented practices as they would describe themselves, and what patients ask them.

``EXPECTED`` maps each question to words that the answer must hold, or to why there is none: ``None`` where nothing is
known, ``"price"`` where it is a price, ``"clinical"`` where only a clinician may answer.
"""

from __future__ import annotations

HARBOUR = {
    "Fees": """\
Initial consultation (45 minutes): $125
Standard consultation (30 minutes): $98
Long consultation (60 minutes): $160
Remedial massage 30 minutes: $70
Remedial massage 60 minutes: $110
Clinical Pilates class: $38

Pensioners and full-time students receive 10% off standard consultations.
Shockwave therapy is an extra $30 on top of the consultation.""",
    "Opening hours": """\
Monday to Thursday: 7.30 am to 7 pm
Friday: 7.30 am to 5 pm
Saturday: 8 am to 12 noon
We are closed on Sundays and public holidays.""",
    "Parking and access": """\
There is free parking behind the building; enter from Quay Lane.
Street parking in front is limited to one hour.
Our rooms are on the ground floor, with a ramp at the side entrance for wheelchairs and prams.
The 333 bus stops outside, and Harbour station is five minutes on foot.""",
    "Cancellation policy": """\
We ask for 24 hours notice if you need to cancel or change your appointment.
Late cancellations and missed appointments are charged at 50% of the fee.
If you are running late, please ring us; after 15 minutes we may have to rebook you.""",
    "Your first visit": """\
Please arrive ten minutes early to fill in your new patient form.
Bring any scans, reports and your Medicare card.
Wear loose clothing; shorts are best for hips, knees and ankles.
We will talk about your history, examine you and agree on a plan together.""",
    "Payment and rebates": """\
Payment is due on the day. We take EFTPOS, Visa, Mastercard and cash, but not American Express.
We have HICAPS, so you can claim from your private health fund on the spot.
With a Chronic Disease Management plan from your GP, Medicare pays part of up to five visits a year.
We are registered with NDIS for plan-managed and self-managed participants.
WorkCover and CTP claims are billed to the insurer once we have your claim number and approval.
You do not need a referral to see us, unless you claim through Medicare, DVA or WorkCover.""",
    "Our team": """\
Mina Patel
Mina is our principal physiotherapist, with 18 years of experience and a special interest in shoulders.

Oliver Stone
Oliver works with runners and holds a master's degree in sports physiotherapy.

Grace Liu
Grace speaks Mandarin and Cantonese and looks after women's health and pelvic floor physiotherapy.""",
    "Services": """\
We treat back and neck pain, sports injuries, headaches and vertigo.
Dry needling is offered by Oliver as part of a consultation.
We offer telehealth appointments by video for reviews.
We make house calls within five kilometres of the clinic on Wednesdays.
Children of all ages are welcome.
We do not offer hydrotherapy.""",
    "After an ankle sprain": """\
For an ankle sprain, apply ice for 20 minutes every two hours and keep the foot elevated.
Take ibuprofen 400 mg with food three times a day for the pain.
Most sprains heal in six weeks.""",
    "Things people ask": """\
Q: Can I bring my dog?
A: Assistance dogs are welcome; other animals have to stay outside, sorry.

Q: Do you have a toilet?
A: Yes, there is an accessible toilet beside reception.

Q: Can somebody come in with me?
A: Of course. A support person or family member is welcome in the room.

Q: Do you sell gift vouchers?
A: Yes, at reception, for any amount.""",
}

EXPECTED: dict[str, str | None] = {
    # Fees
    "How much is an initial consultation?": "$125",
    "what do you charge for a first appointment": "$125",
    "How much is a standard consult": "$98",
    "price of a 60 minute massage please": "$110",
    "how much for a half hour massage?": "$70",
    "What does a pilates class cost?": "$38",
    "do you give a discount for pensioners?": "10% off",
    "is there a student discount": "10% off",
    "how much extra is shockwave": "$30",
    "How much is a follow-up?": "$98",
    "what's an initial worth?": "$125",
    "how much does an initial set me back": "$125",
    "what am I up for with a standard consult": "$98",
    "what's the damage for a 60 minute massage": "$110",
    "will a pilates class set me back much": "$38",
    # Hours
    "What time do you open?": "7.30 am",
    "are you open on saturdays": "Saturday: 8 am",
    "What are your opening hours?": "Monday to Thursday",
    "are you guys open on the weekend?": "Saturday",
    "Are you open on public holidays?": "closed on Sundays and public holidays",
    "What time do you close on Friday?": "Friday: 7.30 am to 5 pm",
    # Parking
    "Is there parking?": "free parking behind the building",
    "where can I park my car": "Quay Lane",
    "Is the clinic wheelchair accessible?": "ramp at the side entrance",
    "My mum uses a walker, are there stairs?": "ground floor",
    "is there a bus stop nearby": "333 bus",
    # Cancelling
    "What is your cancellation policy?": "24 hours notice",
    "How much notice do you need if I have to cancel?": "24 hours notice",
    "is there a fee if I cancel late?": "50% of the fee",
    "what happens if I'm running late": "after 15 minutes",
    # First visit
    "What should I bring to my first appointment?": "Medicare card",
    "what do I wear": "shorts are best",
    "Do I need to come early?": "ten minutes early",
    # Payment
    "Do you take Amex?": "not American Express",
    "can I pay with eftpos": "EFTPOS",
    "Can I claim on my health fund?": "HICAPS",
    "are you registered for the NDIS?": "NDIS",
    "Do I need a referral?": "do not need a referral",
    "Do you do work cover?": "WorkCover",
    "Can I use a care plan from my GP?": "Chronic Disease Management",
    # Team and services
    "who is your most experienced physio?": "18 years",
    "does anyone speak mandarin": "Grace speaks Mandarin",
    "Do you have someone for pelvic floor?": "Grace",
    "do you do dry needling": "Oliver",
    "Do you offer telehealth?": "telehealth",
    "Do you do home visits?": "house calls",
    "do you see kids?": "Children of all ages",
    "Do you have a hydrotherapy pool?": "do not offer hydrotherapy",
    "Do you treat headaches?": "headaches",
    # Things people ask
    "Can I bring my dog?": "Assistance dogs",
    "is there a toilet I can use": "toilet",
    "can my husband come in with me, as a support person?": "support person",
    "Do you sell gift cards?": "reception",
    # Nothing is known
    "Do you have wifi?": None,
    "Do you do acupuncture for fertility?": None,
    "Is there a cafe in the building?": None,
    "Can I charge my electric car there?": None,
    "Do you sell crutches?": None,
    "do you hire out wheelchairs by the week": None,
    "Who owns the clinic?": None,
    "Do you have a Facebook page?": None,
    "can I get a medical certificate for work": None,
    "Is Oliver married?": None,
    "How old is Mina?": None,
    "Are you hiring receptionists?": None,
    "do you offer chiropractic adjustments": None,
    "Do you treat horses?": None,
    "What is your ABN?": None,
    "Do you have a loyalty program?": None,
    "Can I do a student placement with you?": None,
    "Is the water in the taps filtered?": None,
    "Do you do custom orthotics?": None,
    "Do you have air conditioning?": None,
    "is there a gym I can join": None,
    "Can you email my lawyer?": None,
    "Do you have evening classes in yoga?": None,
    "Is your software certified?": None,
    "Can you recommend a good surgeon?": None,
    # A price that nobody told us
    "How much is hydrotherapy?": "price",
    "What does a custom orthotic cost?": "price",
    "How much is a telehealth appointment?": "price",
    "what would a home visit cost": "price",
    "How much is a 90 minute massage?": "price",
    "How much is acupuncture?": "price",
    "what's the price of a gym membership": "price",
    # Not to be answered, whatever is written
    "What should I do about my sprained ankle?": "clinical",
    "How long should I ice my ankle?": "clinical",
    "Can I take ibuprofen for a sprain?": "clinical",
    "how long does a sprained ankle take to heal": "clinical",
    "Should I rest my knee or keep running?": "clinical",
    "Is it normal that my back hurts after treatment?": "clinical",
    "Which exercises are good for sciatica?": "clinical",
    "do I need an MRI for my shoulder pain": "clinical",
}

WATTLE = {
    "Wattle Grove Podiatry: prices": """\
An initial podiatry consultation costs $95 and takes 40 minutes. Follow-up consultations are $75 for 20 minutes.
Custom foot orthotics are $480 a pair, including the casting.
Ingrown toenail surgery is $420, with two dressings included.
We bulk bill holders of a DVA gold card, so there is no gap.
Home visits cost an additional $50.""",
    "Before you come": """\
What to bring
Please bring your usual shoes and any old orthotics.
If your GP gave you a care plan, bring it along: we cannot claim without it.

Running late?
Give us a ring on arrival times; we keep your place for ten minutes.

Cancelling
Tell us two business days ahead, or a $45 fee applies.""",
    "Finding us": """\
We are at 14 Wattle Grove, beside the pharmacy, on the first floor.
There is a lift from the car park in the basement.
Parking is free for two hours; take a ticket at the boom gate.
Trams 6 and 72 stop at the corner.""",
    "Questions": """\
Do you treat children?
Yes, from the age of two; a parent has to stay in the room.

Do you offer after-hours appointments?
On Tuesdays we work until 8 pm.

How can I pay?
By card, by bank transfer, or with Afterpay for orthotics.

Can I have nail polish on?
Please take it off before you come.""",
}

WATTLE_EXPECTED: dict[str, str | None] = {
    "what's the cost of a first visit": "$95",
    "how much are follow ups": "$75",
    "how much do orthotics cost?": "$480",
    "price for ingrown toenail surgery": "$420",
    "is there a gap for gold card holders?": "no gap",
    "how much extra is a house call": "$50",
    "what do I need to bring": "usual shoes",
    "I might be running late, is that a problem?": "ten minutes",
    "what is the cancellation fee": "$45",
    "how far ahead do I have to cancel": "two business days",
    "where are you located?": "14 Wattle Grove",
    "Is there a lift?": "lift from the car park",
    "where do I leave my car": "Parking is free",
    "can I get there by tram": "Trams 6",
    "do you see toddlers": "age of two",
    "are you open in the evenings?": "until 8 pm",
    "Do you take afterpay?": "Afterpay",
    "what payment methods do you have?": "By card",
    "do I have to take off my nail polish": "take it off",
    "do you see adults with autism": None,
    "do you have a ramp for trucks": None,
    "Do you do foot massage?": None,
    "are you open on sundays": None,
    "Do you sell shoes?": None,
    "Is the pharmacy open?": None,
    "Can my cat come along?": None,
    "Do you take HICAPS?": None,
    "do you work with the Tigers football club": None,
    "Is there a waiting room for parents?": None,
    "how much is laser therapy": "price",
    "how much is a pair of shoes": "price",
    "how much is a 60 minute appointment": "price",
    "what does nail polish removal cost": "price",
    "how do I treat an ingrown toenail at home": "clinical",
    "is my toe infected": "clinical",
    "should I get orthotics for flat feet": "clinical",
}

TOTARA = {
    "What it costs": """\
New patient examination (60 minutes): $140
Adjustment (20 minutes): $78
Child under 12: $50
Reports for insurers are $180 each.
With an approved ACC claim you pay a surcharge of $35 for each visit.""",
    "When we are here": """\
Monday, Wednesday and Friday from 8 am to 6 pm, Tuesday and Thursday from 11 am to 7.30 pm.
On the first Saturday of the month we open from 9 am to 1 pm.
Between Christmas and 10 January the clinic is closed.""",
    "Getting here": """\
The clinic is at 22 Totara Road, above the bakery.
There are twelve stairs and no lift; if stairs are hard for you, ask for our ground-floor room.
You can park in the supermarket car park for ninety minutes.
Bicycles can be locked up in the courtyard.""",
    "How we work": """\
We use hands-on adjustment, soft tissue work and exercises.
X-rays are taken next door, only where they are needed.
Your records are kept for ten years, and you may ask for a copy.
We work with ACC, and you can come without a referral.
Video consultations are possible for check-ups.""",
    "Changes and payment": """\
If you cannot come, text us by 5 pm the day before.
After that we charge $40.
Pay by EFTPOS or bank transfer; we do not take cash.
Invoices are e-mailed after each visit.""",
}

TOTARA_EXPECTED: dict[str, str | None] = {
    "how much is the first appointment?": "$140",
    "what does an adjustment cost": "$78",
    "what do you charge for kids?": "$50",
    "how much is an insurance report": "$180",
    "is there a surcharge for ACC": "$35",
    "what are your hours": "Monday, Wednesday",
    "are you open on saturday?": "first Saturday",
    "are you open over christmas": "closed",
    "how late are you open on thursday?": "7.30 pm",
    "where is the clinic?": "22 Totara Road",
    "do you have a lift": "no lift",
    "where do I park?": "supermarket car park",
    "can I lock my bicycle somewhere": "courtyard",
    "do I need a referral from my doctor?": "without a referral",
    "can I have a video consultation?": "Video consultations",
    "how do I get a copy of my records": "ask for a copy",
    "can I pay cash?": "do not take cash",
    "what's your cancellation policy": "5 pm the day before",
    "what happens if I cancel late?": "$40",
    "do you take x-rays": "next door",
    "will I get an invoice": "e-mailed",
    "do you do massage?": None,
    "is there a sauna": None,
    "do you sell pillows": None,
    "are dogs allowed": None,
    "do you treat cats": None,
    "do you take Southern Cross insurance": None,
    "who is the owner": None,
    "do you speak Samoan": None,
    "is there a playground for children": None,
    "can I work there as a receptionist": None,
    "is the bakery any good?": None,
    "do you offer gift vouchers": None,
    "do you have a branch in Hamilton": None,
    "can I charge my phone": None,
    "do you use needles": None,
    "how much is a massage": "price",
    "how much is a video consultation": "price",
    "what does an x-ray cost?": "price",
    "how much is parking": "price",
    "how much for two adults": "price",
    "should I ice my back before I come": "clinical",
    "is an adjustment safe with osteoporosis in my spine?": "clinical",
    "what exercises help with a sore neck": "clinical",
}
