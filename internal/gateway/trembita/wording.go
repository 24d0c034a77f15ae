package trembita

import (
	"strings"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/xroad"
)

// wording tells how a code is said on the bus. An outcome of the business is a
// result in an ordinary response; what could not be processed is a SOAP fault
// with the code given.
type wording struct {
	fault string // empty for an outcome of the business
	text  string // Ukrainian: what happened and what to do
}

// wordings has a line for every dovidka.Code.
var wordings = map[dovidka.Code]wording{
	dovidka.CodeMalformed:       {xroad.CodeInvalidRequest, "Запит не вдалося прочитати. Перевірте його за описом сервісу."},
	dovidka.CodeInvalid:         {xroad.CodeInvalidBody, "Запит або підписана заява не відповідає опису сервісу."},
	dovidka.CodeTooLarge:        {xroad.CodeTooLarge, "Запит завеликий."},
	dovidka.CodeRequestConflict: {xroad.CodeInvalidRequest, "Запит із цим ідентифікатором уже надходив з іншим вмістом. Надішліть новий запит."},
	dovidka.CodeRequestUnknown:  {xroad.CodeInvalidRequest, "Такого запиту немає."},
	dovidka.CodeRateLimited:     {xroad.CodeBusy, "Забагато запитів. Спробуйте за хвилину."},
	dovidka.CodeCallerUnknown:   {"Client.AccessDenied", "Вашій підсистемі не надано доступу до цього сервісу. Зверніться до його власника."},

	dovidka.CodeRequestExpired:         {"", "Час дії заяви минув. Підпишіть нову заяву."},
	dovidka.CodeSignatureMalformed:     {"", "Підпис не вдалося прочитати. Підпишіть заяву ще раз."},
	dovidka.CodeSignatureInvalid:       {"", "Підпис недійсний. Підпишіть заяву ще раз."},
	dovidka.CodeSignatureUntrusted:     {"", "Сертифікат підпису видав надавач, якому ми не довіряємо. Скористайтеся кваліфікованим підписом."},
	dovidka.CodeSignatureIndeterminate: {"", "Чинність сертифіката зараз не вдалося перевірити. Спробуйте пізніше."},
	dovidka.CodeSignatureMismatch:      {"", "Підписано не ту заяву. Підпишіть саме надану заяву."},
	dovidka.CodeSignatureReplayed:      {"", "Цю заяву вже використано. Підпишіть нову заяву."},
	dovidka.CodeSignerNotPerson:        {"", "Заяву підписано печаткою. Потрібен підпис фізичної особи."},
	dovidka.CodeSignerNotIdentified:    {"", "У сертифікаті немає РНОКПП. Скористайтеся підписом, у якому він є."},
	dovidka.CodeSubjectMismatch:        {"", "Підпис належить іншій особі, ніж та, про яку запит."},
	dovidka.CodeConsentRequired:        {"", "Потрібна згода громадянина на передавання даних."},
	dovidka.CodeConsentRefused:         {"", "Громадянин не надав згоди на передавання даних."},
	dovidka.CodeConsentWithdrawn:       {"", "Згоду на передавання даних відкликано."},
	dovidka.CodeConfidantRequired:      {"", "Особі ще немає 14 років. Запит має подати її представник."},
	dovidka.CodeRelationNotConfirmed:   {"", "Право представляти цю особу не підтверджено. Зверніться до лікаря, щоб його внести."},
	dovidka.CodePatientNotFound:        {"", "Особу не знайдено в електронній системі охорони здоров'я. Зверніться до лікаря, щоб перевірити дані."},

	dovidka.CodeRegistryUnavailable: {"Server.RegistryUnavailable", "Реєстр тимчасово недоступний. Спробуйте пізніше."},
	dovidka.CodeStorageUnavailable:  {"Server.StorageUnavailable", "Сервіс тимчасово не може приймати запити. Спробуйте пізніше."},
	dovidka.CodeTimeout:             {xroad.CodeTimeout, "Відповідь ще готується. Повторіть той самий запит за хвилину."},
	dovidka.CodeBusy:                {xroad.CodeBusy, "Сервіс перевантажений. Спробуйте пізніше."},
	dovidka.CodeInternal:            {xroad.CodeInternalError, "Сталася помилка на нашому боці. Спробуйте пізніше."},
}

// ResultCode returns how a code is spelled in resultCode.
func ResultCode(code dovidka.Code) string {
	return strings.ToUpper(strings.ReplaceAll(string(code), "-", "_"))
}

// refused says a fault in the protocol of the bus: a payload, or a SOAP fault.
func refused(id dovidka.ID, f *dovidka.Fault) (GetDeclarationsResponse, error) {
	said, ok := wordings[f.Code]
	if !ok {
		said = wordings[dovidka.CodeInternal]
	}
	if said.fault != "" {
		return GetDeclarationsResponse{}, &xroad.Fault{Code: said.fault, Text: said.text, Err: f}
	}
	return GetDeclarationsResponse{
		ResultCode: ResultCode(f.Code), ResultDetail: f.Reason, ResultText: said.text, RequestID: string(id),
	}, nil
}
