"""Copy for adverts: headlines, lines, buttons, prices and codes in six languages."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

PHRASES = {
    "English": (
        "SUMMER SALE",
        "Fresh bread daily",
        "Up to 50% off",
        "New arrivals",
        "Back to school",
        "Free delivery",
        "Shop now",
        "Book your table",
        "Limited edition",
        "Grand opening",
        "Taste the difference",
        "Don’t miss out",
        "Buy one, get one free",
        "Made by hand",
        "Weekend special",
        "The winter collection",
        "Members save more",
        "Only this Friday",
        "Garden furniture",
        "Try it for 30 days",
        "Open until 9 pm",
        "Sign up today",
        "Quality since 1952",
        "Kitchen & bath",
        "Running shoes",
        "HAPPY HOUR",
        "Last chance!",
        "Brighter mornings",
        "Feel the rhythm",
        "Your next adventure",
        "Zero sugar, all taste",
        "Organic cotton",
        "Quick, fresh, simple",
        "Join the club",
        "Jazz by the river",
        "Autumn colours",
        "Now open daily",
        "Save up to £200",
        "Coffee & cake",
        "The big clearance",
        "Order by midnight",
        "Hand-picked wines",
        "YOUR FIRST RIDE IS FREE",
        "Sleep better tonight",
        "Winter boots",
        "Ask our experts",
        "From farm to fork",
        "Half-price weekend",
        "Unlimited data",
        "GAME OF THE YEAR",
        "Light as a feather",
        "Pay in 3 instalments",
        "Wake up to music",
        "Vegan & delicious",
        "Tickets on sale",
        "We deliver joy",
        "Just arrived",
    ),
    "German": (
        "SOMMERSCHLUSSVERKAUF",
        "Frische Brötchen",
        "Jetzt entdecken",
        "Bis zu 70 % Rabatt",
        "Neu eingetroffen",
        "Gratis Versand",
        "Größte Auswahl",
        "Für drinnen und draußen",
        "Nur heute!",
        "Schöner wohnen",
        "Zum Angebot",
        "Qualität, die bleibt",
        "Süße Träume",
        "Möbel für den Garten",
        "Herzlich willkommen",
        "Alles für die Küche",
        "Herbstzauber",
        "Täglich frisch geröstet",
        "Alles muss raus!",
        "Kostenlos testen",
        "Großes Kino",
        "Für Groß und Klein",
        "Jede Woche günstiger",
        "Zurück zur Natur",
    ),
    "French": (
        "SOLDES D’ÉTÉ",
        "Nouvelle collection",
        "Découvrez nos offres",
        "Livraison gratuite",
        "Pâtisserie maison",
        "Jusqu’à -40 %",
        "À bientôt",
        "Le goût du vrai",
        "Réservez ici",
        "Fraîcheur garantie",
        "Tout pour l’été",
        "Café crème",
        "Bien-être au naturel",
        "Bientôt les vacances",
        "Prêt à partir ?",
        "Une idée de génie",
        "Moins cher, c’est ici",
        "Goûtez l’automne",
        "Créée pour vous",
    ),
    "Spanish": (
        "REBAJAS DE VERANO",
        "Envío gratis",
        "Nueva colección",
        "Compra ahora",
        "Hasta el domingo",
        "Más por menos",
        "Mañana abrimos",
        "Sabor de aquí",
        "Niños gratis",
        "Descúbrelo hoy",
        "Otoño en casa",
        "Última oportunidad",
        "Así de fácil",
        "Tu próximo viaje",
        "Café recién hecho",
        "Más rápido que nunca",
    ),
    "Chinese": (
        "夏日大促销",
        "新品上市",
        "限时优惠",
        "立即购买",
        "全场包邮",
        "品质生活",
        "买一送一",
        "秋季上新",
        "满减活动",
        "好物推荐",
        "马上预约",
        "会员专享",
        "健康早餐",
    ),
    "Japanese": (
        "夏のセール",
        "新発売",
        "期間限定",
        "今すぐ購入",
        "送料無料",
        "春の新作",
        "お得な情報",
        "秋の味覚",
        "数量限定",
        "会員募集中",
        "夜カフェ",
        "予約受付中",
        "新生活応援",
    ),
}
"""By language."""
PRICES = (
    "€49",
    "$19.99",
    "£5",
    "€ 1.299",
    "¥980",
    "$8",
    "£12.50",
    "-30%",
    "50 %",
    "€7,95",
    "2 for $10",
    "€129",
    "$4.75",
    "£89",
    "¥2,480",
    "-15%",
    "3 for £20",
    "€ 0,99",
    "25 % OFF",
)
CODES = (
    "SAVE20",
    "CODE: X8B5",
    "HELLO10",
    "ZEPHYR 90",
    "B2B-5S8Z",
    "Art. 10083",
    "0800 55 01 71",
    "WELCOME5",
    "Z8-QB20",
    "No. 15518",
    "VIP 2026",
    "0551 86 70",
)

APART = {
    "English": (
        "Warm up this winter",
        "Picked for your weekend",
        "Double points today",
        "Pre-order yours now",
        "CYBER MONDAY",
        "Holiday homes from £95",
        "Switch in ten minutes",
        "No queues, no cash",
        "A brighter smile",
        "Ready, set, grow!",
        "Loved by locals",
        "Meet the maker",
        "Every drop counts",
        "Small batch, big flavour",
        "Your seat is waiting",
        "Doorstep recycling",
        "Kids eat for £1",
        "Upgrade & save",
        "Award-winning cheese",
        "Next-day fitting",
        "Music while you move",
        "Jumpers for all sizes",
    ),
    "German": (
        "Wärme für zuhause",
        "Doppelte Punkte sammeln",
        "Jetzt Plätze sichern",
        "Grüße aus den Bergen",
        "Mehr Zeit für dich",
        "WINTERSCHLUSSVERKAUF",
        "Öffnet am Samstag",
        "Käse vom Hof",
    ),
    "French": (
        "Profitez de l’hiver",
        "Le fromage à l’honneur",
        "Places limitées",
        "Dès demain chez vous",
        "Élu produit de l’année",
        "Envie de fraîcheur ?",
    ),
    "Spanish": (
        "Vuelve el frío",
        "Suma puntos cada día",
        "Hecho con cariño",
        "Reserva tu plaza",
        "El queso de siempre",
        "¿Más luz? Aquí",
    ),
    "Chinese": (
        "冬日暖心价",
        "积分翻倍",
        "新店开业",
        "手工面包",
        "今日特价",
        "预订从速",
    ),
    "Japanese": (
        "冬物クリアランス",
        "ポイント二倍",
        "手作りチーズ",
        "早割チケット",
        "年末年始営業",
        "本日の一品",
    ),
}
"""Other phrases, for a set that is built apart."""
PRICES_APART = (
    "€27",
    "$6.49",
    "£145",
    "¥3,500",
    "-35%",
    "6 for £4",
    "€ 3,80",
    "$1,099",
    "75 % OFF",
)
CODES_APART = ("POINTS2X", "Q9-LT64", "Item 73052", "GATE 17B", "SNOW15", "0340 28 61 97")


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """The copy of one slot. `strict` copy is a price or a code: not a sign may be another."""

    slot: str
    text: str
    strict: bool = False


def draw_copy(random: Random, language: str, *, apart: bool = False) -> list[Text]:
    """Return the copy of an advert: two to four slots."""
    phrases, prices, codes = (
        (APART, PRICES_APART, CODES_APART) if apart else (PHRASES, PRICES, CODES)
    )
    lines = random.sample(phrases[language], 3)
    texts = [Text(slot=name, text=line) for name, line in zip(NAMES, lines, strict=True)]
    texts = texts[: random.choice((1, 2, 2, 3))]
    kind = random.random()
    if kind < 0.35 or len(texts) == 1:
        texts.append(Text(slot="price", text=random.choice(prices), strict=True))
    if kind > 0.75:
        texts.append(Text(slot="code", text=random.choice(codes), strict=True))
    return texts


NAMES = ("headline", "subhead", "cta")
