"""Invented names with the mixture of an Australian suburb: accents, hyphens, apostrophes, two-word surnames."""

from __future__ import annotations

import unicodedata
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words("""
    Olivia Charlotte Amelia Isla Mia Ava Grace Willow Matilda Ella Chloe Sophie Zoe Ruby Harper Evie Hannah Lucy
    Oliver Noah Jack Henry William Leo Theodore Charlie Thomas Lucas Hudson Lachlan Angus Hamish Callum Flynn
    Banjo Margaret Judith Pamela Beverley Shirley Dorothy Kevin Barry Trevor Neville Graham Raymond Desmond Clive
    Giulia Marco Lorenzo Concetta Salvatore Eleni Dimitrios Stavros Katerina Ioannis Zoë Chloé René André Renée
    Wei Mei Xin Jing Hao Ming Linh Minh Thuy Anh Quang Huong Phuong Aarav Priya Ananya Rohan Divya Arjun Kavita
    Fatima Ahmed Layla Omar Yusuf Zainab Hassan Mariam Siobhán Niamh Aoife Ciarán Seán Máire Björn Åsa Søren
    Jürgen José María Núria Iñaki Lucía Tomáš Zdeněk Łukasz Małgorzata Agnieszka Hinemoa Tāne Aroha Wiremu Sione
    Mele Tevita Kirra Jarrah Marlee Bindi Talia Anahera Hyun-Woo Ji-Yeon Seo-Yun Yuki Haruto Sakura Kenji Arnel
    Maricel Jomar Anne-Marie Jean-Luc Mary-Jane Lee-Anne D'Arcy Te Amara Chidi Nkechi Tendai Abebe Selam
""")
_ONE_WORD_FAMILY = _words("""
    Smith Jones Williams Brown Wilson Taylor Johnson White Martin Anderson Thompson Nguyen Thomas Walker Harris
    Lee Ryan Robinson Kelly King Davis Wright Evans Roberts Green Hall Wood Jackson Clarke Patel Khan Li Wang Chen
    Zhang Liu Tran Le Pham Huynh Vo Dang Bui Singh Kaur Sharma Kumar Gupta Reddy Iyer O'Brien O'Connor O'Neill
    O'Sullivan D'Angelo D'Souza McDonald McKenzie MacPherson Fitzgerald Gallagher Byrne Papadopoulos Georgiou
    Nikolaidis Karagiannis Rossi Russo Esposito Bianchi Romano Müller Schäfer Weiß Jørgensen Åkesson Lindström
    Nowak Kowalczyk Wójcik Dvořák Novák Horvat Petrović Jovanović Kovačević García Fernández Núñez Peña Gómez
    Álvarez Silva Gonçalves Pereira Haddad Khoury Mansour Nasser Rahman Hossain Perera Fernando Jayawardena Santos
    Reyes Cruz Bautista Kim Park Choi Tanaka Suzuki Yamamoto Watanabe Tuilagi Faleolo Tauʻalupe Ngata Parata
    Okafor Adeyemi Mensah Tesfaye Smith-Hughes Campbell-Jones Lloyd-Webber Nguyen-Brown Harris-Patel Baker-O'Dea
    Cook Morgan Bell Murphy Bailey Cooper Richardson Cox Ward Torres Peterson Gray Watson Brooks Bennett Hughes
    Foster Sanders Ross
""")
FAMILY = (
    *_ONE_WORD_FAMILY,
    "van der Berg",
    "de la Cruz",
    "von Stein",
    "Le Roux",
    "St John",
    "Abu Bakr",
    "dos Santos",
)
KNOWN_AS = (
    "Bazza",
    "Liv",
    "Matty",
    "Kit",
    "Mo",
    "Nell",
    "Jack",
    "Bea",
    "Ted",
    "Sunny",
    "Minnie",
    "Gus",
    "Dot",
    "Ally",
)
STREETS = _words("""
    Acacia Banksia Wattle Jacaranda Ferry Station Church Harbour Ridge Mill Kurrajong Bligh Albert
""")
STREET_KINDS = ("St", "Rd", "Ave", "Pde", "Cres", "Lane")
SUBURBS = (
    ("Example Bay", "2099"),
    ("Sampleton", "2043"),
    ("Port Demo", "2113"),
    ("Mockville", "2204"),
    ("Fiction Heights", "2071"),
    ("North Testley", "2060"),
)
OCCUPATIONS = (
    "Teacher",
    "Nurse",
    "Carpenter",
    "Retired",
    "Student",
    "Accountant",
    "Barista",
    "Driver",
    "Engineer",
)
_PLAIN = str.maketrans({"'": "", "ʻ": "", " ": "", "Ł": "l", "ł": "l", "ø": "o", "Ø": "o", "ß": "ss", "đ": "d"})


def mail_local_part(given: str, family: str, number: int) -> str:
    """An ASCII mailbox name; the number keeps it unique."""
    text = unicodedata.normalize("NFKD", f"{given}.{family}").translate(_PLAIN)
    return f"{text.encode('ascii', 'ignore').decode().lower()}{number}"


def address(rng: Random) -> dict[str, str]:
    """Address fields of a suburb that does not exist."""
    suburb, post_code = rng.choice(SUBURBS)
    return {
        "address_1": f"{rng.randint(1, 240)} {rng.choice(STREETS)} {rng.choice(STREET_KINDS)}",
        "city": suburb,
        "state": "NSW",
        "post_code": post_code,
        "country": "Australia",
        "country_code": "AU",
    }
