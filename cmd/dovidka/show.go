package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/dovidka/dovidka"
)

// statusWords say the statuses as Diia's screens do.
var statusWords = map[dovidka.Status]string{
	dovidka.StatusActive: "Діє", dovidka.StatusPending: "Перевіряється", dovidka.StatusTerminated: "Припинена",
	dovidka.StatusClosed: "Завершена", dovidka.StatusRejected: "Відхилена",
}

// noneOfYours says to a citizen that there is no declaration, as Diia does.
const noneOfYours = "Не знайшли ваших декларацій"

// showRecord prints a record for a person at a terminal, and none in the place
// of declarations that are not there.
func showRecord(w io.Writer, r dovidka.RecordJSON, none string, receipt *dovidka.Receipt) error {
	p := &page{w: w}
	if name := words(r.Patient.LastName, r.Patient.FirstName, r.Patient.SecondName); name != "" {
		p.line("Пацієнт: %s", name)
	}
	if r.Patient.BirthDate != "" {
		p.line("Дата народження: %s", day(r.Patient.BirthDate))
	}
	p.line("Станом на %s", r.AsOf.In(dovidka.Kyiv()).Format("02.01.2006 15:04"))
	if r.Partial {
		p.line("Увага: відомості про лікаря чи заклад знайдено не всі")
	}
	if len(r.Declarations) == 0 {
		p.line("")
		p.line("%s", none)
	}
	for _, d := range r.Declarations {
		p.declaration(d)
	}
	if receipt != nil {
		p.line("")
		p.line("Запис у журналі № %d від %s, геш %s", receipt.Index, receipt.RecordedAt.In(dovidka.Kyiv()).Format("02.01.2006 15:04:05"), receipt.Hash)
	}
	return p.err
}

// page writes lines until the first error.
type page struct {
	w   io.Writer
	err error
}

// line writes one line. What would move a terminal's cursor, or turn the direction of
// its text, is made visible: names in certificates are strangers' words.
func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, printable(fmt.Sprintf(format, args...))+"\n")
	}
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

func (p *page) declaration(d dovidka.DeclarationJSON) {
	status, ok := statusWords[d.Status]
	if !ok {
		status = string(d.Status)
	}
	if d.Status == dovidka.StatusActive && !d.InForce {
		status = "Строк минув"
	}
	p.line("")
	p.line("Декларація %s: %s", d.Number, status)
	period := "з " + day(d.Start)
	switch {
	case d.RealEnd != "":
		period += " до " + day(d.RealEnd)
	case d.PlannedEnd != "":
		period += ", запланована до " + day(d.PlannedEnd)
	}
	p.line("  Строк:  %s", period)
	if e := d.Employee; e != nil {
		p.line("  Лікар:  %s", words(e.LastName, e.FirstName, e.SecondName))
	}
	if l := d.LegalEntity; l != nil {
		name := l.PublicName
		if name == "" {
			name = l.Name
		}
		p.line("  Заклад: %s", name)
	}
	if v := d.Division; v != nil {
		p.line("  Місце:  %s", v.Name)
	}
	if d.Reason != "" {
		p.line("  Причина: %s", d.Reason)
	}
}

func words(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// day writes an ISO date as people read it.
func day(iso string) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return t.Format("02.01.2006")
}
