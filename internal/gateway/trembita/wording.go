package trembita

import (
	"errors"
	"strings"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/xroad"
)

// wording tells how a code is said on the bus. An outcome of the business is a
// result in an ordinary response; what could not be processed is a SOAP fault
// with the code given.
type wording struct {
	fault  string // empty for an outcome of the business
	text   string // Ukrainian: what happened and what to do
	result string // the outcome's code, where it is not spelled as ResultCode spells it
}

// about returns the text, which names the field that cannot be used, never what
// stood in it.
func (w wording) about(fault *dovidka.Fault) string {
	var field *dovidka.FieldError
	if w.fault == xroad.CodeInvalidBody && errors.As(fault.Err, &field) {
		return w.text + " Поле: " + field.Field + "."
	}
	return w.text
}

// vocabulary says codes by the first of its tables that has them.
type vocabulary []map[dovidka.Code]wording

// The vocabularies: of what a citizen signed, which a person will read; of what
// a body inquires; of asking for a result, whoever the request was from.
var (
	toCitizens = vocabulary{wordings}
	toBodies   = vocabulary{inquiryWordings, wordings}
	toFetchers = vocabulary{resultWordings, inquiryWordings, wordings}
)

// of returns the wording of a code; an unknown one is said as an internal error.
func (v vocabulary) of(code dovidka.Code) wording {
	for _, table := range v {
		if said, ok := table[code]; ok {
			return said
		}
	}
	return wordings[dovidka.CodeInternal]
}

// inquiryWordings has the codes that an inquiry can end with and that are said
// to a public body in other words than to a citizen. Nothing of an inquiry that
// failed is kept, so it is sent again as a new one.
var inquiryWordings = map[dovidka.Code]wording{
	dovidka.CodeInvalid:  {fault: xroad.CodeInvalidBody, text: "Запит не відповідає опису сервісу. Перевірте його поля."},
	dovidka.CodeTooLarge: {fault: xroad.CodeTooLarge, text: "Запит завеликий. Надішліть лише поля, названі в описі сервісу."},

	dovidka.CodePatientNotFound: {text: "Особу за цими даними не визначено. Перевірте ідентифікатор, прізвище, ім'я, по батькові й дату народження за документами особи."},
	dovidka.CodeNotEntitled: {text: "Вашій установі не дозволено такий запит; чого бракує, названо в resultDetail. " +
		"Перевірте мету й законну підставу або зверніться до власника сервісу."},
	dovidka.CodeDeclarationNumberInvalid: {text: "Такого номера декларації не може бути. Перевірте номер або запитайте без нього."},

	dovidka.CodeRegistryUnavailable: {fault: codeRegistryUnavailable, text: "Реєстр тимчасово недоступний. Надішліть запит ще раз пізніше."},
	dovidka.CodeStorageUnavailable:  {fault: codeStorageUnavailable, text: "Сервіс тимчасово не може обробити запит. Надішліть його ще раз пізніше."},
	dovidka.CodeTimeout: {fault: xroad.CodeTimeout, text: "Відповідь не встигла надійти. Надішліть запит ще раз пізніше " +
		"або подайте його операцією " + OperationSubmitDeclarations + "."},
	dovidka.CodeBusy: {fault: xroad.CodeBusy, text: "Сервіс перевантажений. Надішліть запит ще раз пізніше."},
}

// resultWordings are the codes of asking for a result, not of the request.
var resultWordings = map[dovidka.Code]wording{
	dovidka.CodeRequestUnknown: {text: "Запиту з таким ідентифікатором від вашої підсистеми немає. Перевірте ідентифікатор і мету або подайте запит ще раз."},
	dovidka.CodeRequestExpired: {text: "Відповідь більше не зберігається. Подайте запит ще раз.", result: ResultAnswerExpired},
	dovidka.CodeTimeout:        {fault: xroad.CodeTimeout, text: "Сервіс не встиг відповісти. Запитайте результат ще раз."},
}

// outcome is the wording of what a citizen is to be told: the words are those
// of the other door, so that one reason reads the same wherever it is met.
func outcome(code dovidka.Code) wording {
	said := gateway.REST(code)
	return wording{text: said.Title + ". " + said.Text}
}

// wordings has a line for every dovidka.Code. The texts of faults speak to
// those who run the calling system.
var wordings = map[dovidka.Code]wording{
	dovidka.CodeMalformed:       {fault: xroad.CodeInvalidRequest, text: "Запит не вдалося прочитати. Перевірте його за описом сервісу."},
	dovidka.CodeInvalid:         {fault: xroad.CodeInvalidBody, text: "Запит або підписана заява не відповідає опису сервісу. Перевірте їхні поля."},
	dovidka.CodeTooLarge:        {fault: xroad.CodeTooLarge, text: "Запит завеликий. Надішліть лише заяву й підпис до неї."},
	dovidka.CodeRequestConflict: {fault: xroad.CodeInvalidRequest, text: "Запит із цим ідентифікатором уже надходив з іншим вмістом. Надішліть новий запит."},
	dovidka.CodeRequestUnknown:  {fault: xroad.CodeInvalidRequest, text: "Такого запиту немає. Надішліть новий запит."},
	dovidka.CodeRateLimited:     {fault: xroad.CodeBusy, text: "Від вашої підсистеми надходить забагато запитів. Повторіть запит пізніше."},
	dovidka.CodeCallerUnknown:   {fault: codeAccessDenied, text: "Вашу підсистему не допущено до цього сервісу. Зверніться до його власника."},

	dovidka.CodeRequestExpired:         outcome(dovidka.CodeRequestExpired),
	dovidka.CodeSignatureMalformed:     outcome(dovidka.CodeSignatureMalformed),
	dovidka.CodeSignatureInvalid:       outcome(dovidka.CodeSignatureInvalid),
	dovidka.CodeSignatureUntrusted:     outcome(dovidka.CodeSignatureUntrusted),
	dovidka.CodeSignatureIndeterminate: outcome(dovidka.CodeSignatureIndeterminate),
	dovidka.CodeSignatureMismatch:      outcome(dovidka.CodeSignatureMismatch),
	dovidka.CodeSignatureReplayed:      outcome(dovidka.CodeSignatureReplayed),
	dovidka.CodeSignerNotPerson:        outcome(dovidka.CodeSignerNotPerson),
	dovidka.CodeSignerNotIdentified:    outcome(dovidka.CodeSignerNotIdentified),
	dovidka.CodeSubjectMismatch:        outcome(dovidka.CodeSubjectMismatch),
	dovidka.CodeConsentRequired:        outcome(dovidka.CodeConsentRequired),
	dovidka.CodeConsentRefused:         outcome(dovidka.CodeConsentRefused),
	dovidka.CodeConsentWithdrawn:       outcome(dovidka.CodeConsentWithdrawn),
	dovidka.CodeConfidantRequired:      outcome(dovidka.CodeConfidantRequired),
	dovidka.CodeRelationNotConfirmed:   outcome(dovidka.CodeRelationNotConfirmed),
	dovidka.CodePatientNotFound:        outcome(dovidka.CodePatientNotFound),
	dovidka.CodeNotEntitled:            outcome(dovidka.CodeNotEntitled),

	dovidka.CodeDeclarationNumberInvalid: outcome(dovidka.CodeDeclarationNumberInvalid),

	dovidka.CodeRegistryUnavailable: {fault: codeRegistryUnavailable, text: "Реєстр тимчасово недоступний. Запит прийнято: повторіть те саме повідомлення пізніше."},
	dovidka.CodeStorageUnavailable:  {fault: codeStorageUnavailable, text: "Сервіс тимчасово не може обробити запит. Повторіть те саме повідомлення пізніше."},
	dovidka.CodeTimeout:             {fault: xroad.CodeTimeout, text: "Запит прийнято, відповідь ще готується. Повторіть те саме повідомлення за хвилину."},
	dovidka.CodeBusy:                {fault: xroad.CodeBusy, text: "Сервіс перевантажений. Повторіть те саме повідомлення пізніше."},
	dovidka.CodeInternal:            {fault: xroad.CodeInternalError, text: "Сталася помилка на нашому боці. Спробуйте пізніше."},
}

// Fault codes that package xroad has no use for. The first is spelled as
// X-Road spells it.
const (
	codeAccessDenied        = "Client.AccessDenied"
	codeRegistryUnavailable = "Server.RegistryUnavailable"
	codeStorageUnavailable  = "Server.StorageUnavailable"
)

// ResultCode returns how a code is spelled in resultCode.
func ResultCode(code dovidka.Code) string {
	return strings.ToUpper(strings.ReplaceAll(string(code), "-", "_"))
}
