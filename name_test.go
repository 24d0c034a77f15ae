package dovidka_test

import (
	"testing"

	"github.com/dovidka/dovidka"
)

func TestNormalizeName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ВИГАДАНИЙ": "вигаданий", "  Анна \t Марія ": "анна марія",
		"В'юн": "в'юн", "В’юн": "в'юн", "Вʼюн": "в'юн", "В`юн": "в'юн", "В‘юн": "в'юн", "В´юн": "в'юн", "В′юн": "в'юн", "В＇юн": "в'юн",
		"Нечуй-Левицький": "нечуй-левицький", "Нечуй – Левицький": "нечуй-левицький", "Нечуй -Левицький": "нечуй-левицький",
		"Нечуй—Левицький": "нечуй-левицький", "Нечуй‑Левицький": "нечуй-левицький",
		"ҐАЛАҐАН": "ґалаґан", "ЇЖАК": "їжак", "": "",
		"Олена": "олена", "Елена": "елена",
	} {
		if got := dovidka.NormalizeName(in); got != want {
			t.Errorf("%q gives %q, %q is expected", in, got, want)
		}
	}
}

// TestRomanize holds the table against the examples of the Cabinet of
// Ministers' resolution No. 55 of 27 January 2010.
func TestRomanize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"алушта": "alushta", "андрій": "andrii", "борщагівка": "borshchahivka", "борисенко": "borysenko",
		"вінниця": "vinnytsia", "володимир": "volodymyr", "гадяч": "hadiach", "богдан": "bohdan", "згурський": "zghurskyi",
		"ґалаґан": "galagan", "ґорґани": "gorgany", "донецьк": "donetsk", "дмитро": "dmytro", "рівне": "rivne", "олег": "oleh",
		"есмань": "esman", "єнакієве": "yenakiieve", "гаєвич": "haievych", "короп'є": "koropie", "житомир": "zhytomyr",
		"жанна": "zhanna", "жежелів": "zhezheliv", "закарпаття": "zakarpattia", "казимирчук": "kazymyrchuk",
		"медвин": "medvyn", "михайленко": "mykhailenko", "іванків": "ivankiv", "іващенко": "ivashchenko",
		"їжакевич": "yizhakevych", "кадиївка": "kadyivka", "мар'їне": "marine", "йосипівка": "yosypivka", "стрий": "stryi",
		"олексій": "oleksii", "київ": "kyiv", "коваленко": "kovalenko", "лебедин": "lebedyn", "леонід": "leonid",
		"миколаїв": "mykolaiv", "маринич": "marynych", "ніжин": "nizhyn", "наталія": "nataliia", "одеса": "odesa",
		"онищенко": "onyshchenko", "полтава": "poltava", "петро": "petro", "решетилівка": "reshetylivka",
		"рибчинський": "rybchynskyi", "суми": "sumy", "соломія": "solomiia", "тернопіль": "ternopil", "троць": "trots",
		"ужгород": "uzhhorod", "уляна": "uliana", "фастів": "fastiv", "філіпчук": "filipchuk", "харків": "kharkiv",
		"христина": "khrystyna", "біла церква": "bila tserkva", "стеценко": "stetsenko", "чернівці": "chernivtsi",
		"шевченко": "shevchenko", "шостка": "shostka", "кишеньки": "kyshenky", "щербухи": "shcherbukhy", "гоща": "hoshcha",
		"гаращенко": "harashchenko", "юрій": "yurii", "корюківка": "koriukivka", "яготин": "yahotyn", "ярошенко": "yaroshenko",
		"костянтин": "kostiantyn", "знам'янка": "znamianka", "феодосія": "feodosiia", "розгін": "rozghin",
		"анна-юлія": "anna-yuliia",
	} {
		if got := dovidka.Romanize(in); got != want {
			t.Errorf("%q gives %q, %q is expected", in, got, want)
		}
	}
}

func TestSignerNameMatches(t *testing.T) {
	t.Parallel()
	ostap := dovidka.PersonName{Family: "Вигаданий", Given: "Остап", Patronymic: "Ігорович"}
	for _, c := range []struct {
		name           string
		surname, given string
		person         dovidka.PersonName
		want           bool
	}{
		{"as it stands", "Вигаданий", "Остап", ostap, true},
		{"with the patronymic", "ВИГАДАНИЙ", "ОСТАП ІГОРОВИЧ", ostap, true},
		{"spaces", "  Вигаданий ", " Остап  Ігорович", ostap, true},
		{"patronymic first", "Вигаданий", "Ігорович Остап", ostap, true},
		{"patronymic only", "Вигаданий", "Ігорович", ostap, false},
		{"another surname", "Вигадана", "Остап", ostap, false},
		{"half of the surname", "Вигаданий-Другий", "Остап", ostap, false},
		{"given name inside another", "Вигаданий", "Остапович", ostap, false},
		{"Олена and Елена", "Вигадана", "Елена", dovidka.PersonName{Family: "Вигадана", Given: "Олена"}, false},
		{"Latin", "Vyhadanyi", "Ostap", ostap, true},
		{"Latin, capitals", "VYHADANYI", "OSTAP IHOROVYCH", ostap, true},
		{"Latin of another", "Vygadannyj", "Ostap", ostap, false},
		{"Latin and Cyrillic mixed", "Vyhadanyi", "Остап", ostap, false},
		{"apostrophes", "Лук’янчук", "Вʼячеслав", dovidka.PersonName{Family: "Лук'янчук", Given: "В'ячеслав"}, true},
		{"an apostrophe left out", "Лукянчук", "Вячеслав", dovidka.PersonName{Family: "Лук'янчук", Given: "В'ячеслав"}, false},
		{"apostrophes in Latin", "Lukianchuk", "Viacheslav", dovidka.PersonName{Family: "Лук'янчук", Given: "В'ячеслав"}, true},
		{"double name", "Зразкова–Приклад", "Анна - Марія", dovidka.PersonName{Family: "Зразкова-Приклад", Given: "Анна-Марія"}, true},
		{"double name without a hyphen", "Зразкова-Приклад", "Анна Марія", dovidka.PersonName{Family: "Зразкова-Приклад", Given: "Анна-Марія"}, true},
		{"half of a double name in the registry", "Зразкова", "Анна-Марія", dovidka.PersonName{Family: "Зразкова", Given: "Анна"}, true},
		{"half of a double name in the certificate", "Зразкова", "Анна", dovidka.PersonName{Family: "Зразкова", Given: "Анна-Марія"}, false},
		{"no surname", "", "Остап", ostap, false},
		{"no given name", "Вигаданий", "", ostap, false},
		{"nothing at all", "", "", dovidka.PersonName{}, false},
		{"nothing in the registry", "Вигаданий", "Остап", dovidka.PersonName{}, false},
		{"no given name in the registry", "Вигаданий", "Остап", dovidka.PersonName{Family: "Вигаданий"}, false},
	} {
		if got := dovidka.NewSignerName(c.surname, c.given).Matches(c.person); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestPersonNameEqual(t *testing.T) {
	t.Parallel()
	a := dovidka.PersonName{Family: "Лук'янчук", Given: "Анна-Марія", Patronymic: "Ігорівна"}
	for _, c := range []struct {
		name string
		b    dovidka.PersonName
		want bool
	}{
		{"itself", a, true},
		{"other forms", dovidka.PersonName{Family: " ЛУК’ЯНЧУК", Given: "анна – марія", Patronymic: "ІГОРІВНА"}, true},
		{"no patronymic", dovidka.PersonName{Family: "Лук'янчук", Given: "Анна-Марія"}, true},
		{"another patronymic", dovidka.PersonName{Family: "Лук'янчук", Given: "Анна-Марія", Patronymic: "Олегівна"}, false},
		{"another given name", dovidka.PersonName{Family: "Лук'янчук", Given: "Анна"}, false},
		{"another surname", dovidka.PersonName{Family: "Лук'янчик", Given: "Анна-Марія"}, false},
	} {
		if a.Equal(c.b) != c.want || c.b.Equal(a) != c.want {
			t.Errorf("%s: %v", c.name, !c.want)
		}
	}
	if a.Full() != "Лук'янчук Анна-Марія Ігорівна" || (dovidka.PersonName{Family: "Зразок", Given: "Семен"}).Full() != "Зразок Семен" {
		t.Error("a full name has another form")
	}
}
