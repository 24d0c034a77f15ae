package trembita

import (
	"strings"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/xroad"
)

// wording tells how a code is said on the bus. An outcome of the business is a
// result in an ordinary response; what could not be processed is a SOAP fault
// with the code given.
type wording struct {
	fault string // empty for an outcome of the business
	text  string // Ukrainian: what happened and what to do
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
	dovidka.CodeMalformed:       {xroad.CodeInvalidRequest, "Запит не вдалося прочитати. Перевірте його за описом сервісу."},
	dovidka.CodeInvalid:         {xroad.CodeInvalidBody, "Запит або підписана заява не відповідає опису сервісу. Перевірте їхні поля."},
	dovidka.CodeTooLarge:        {xroad.CodeTooLarge, "Запит завеликий. Надішліть лише заяву й підпис до неї."},
	dovidka.CodeRequestConflict: {xroad.CodeInvalidRequest, "Запит із цим ідентифікатором уже надходив з іншим вмістом. Надішліть новий запит."},
	dovidka.CodeRequestUnknown:  {xroad.CodeInvalidRequest, "Такого запиту немає. Надішліть новий запит."},
	dovidka.CodeRateLimited:     {xroad.CodeBusy, "Від вашої підсистеми надходить забагато запитів. Повторіть запит пізніше."},
	dovidka.CodeCallerUnknown:   {codeAccessDenied, "Вашу підсистему не допущено до цього сервісу. Зверніться до його власника."},

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

	dovidka.CodeRegistryUnavailable: {codeRegistryUnavailable, "Реєстр тимчасово недоступний. Запит прийнято: повторіть те саме повідомлення пізніше."},
	dovidka.CodeStorageUnavailable:  {codeStorageUnavailable, "Сервіс тимчасово не може обробити запит. Повторіть те саме повідомлення пізніше."},
	dovidka.CodeTimeout:             {xroad.CodeTimeout, "Запит прийнято, відповідь ще готується. Повторіть те саме повідомлення за хвилину."},
	dovidka.CodeBusy:                {xroad.CodeBusy, "Сервіс перевантажений. Повторіть те саме повідомлення пізніше."},
	dovidka.CodeInternal:            {xroad.CodeInternalError, "Сталася помилка на нашому боці. Спробуйте пізніше."},
}

// Fault codes that package xroad has no use for. The first is spelled as
// X-Road spells it.
const (
	codeAccessDenied        = "Client.AccessDenied"
	codeRegistryUnavailable = "Server.RegistryUnavailable"
	codeStorageUnavailable  = "Server.StorageUnavailable"
)

// wordingOf returns the wording of a code; an unknown one is said as an
// internal error.
func wordingOf(code dovidka.Code) wording {
	if said, ok := wordings[code]; ok {
		return said
	}
	return wordings[dovidka.CodeInternal]
}

// ResultCode returns how a code is spelled in resultCode.
func ResultCode(code dovidka.Code) string {
	return strings.ToUpper(strings.ReplaceAll(string(code), "-", "_"))
}
