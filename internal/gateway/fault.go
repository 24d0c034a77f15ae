package gateway

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/dovidka/dovidka"
)

// Wording is how a refusal reaches a citizen through the REST door.
type Wording struct {
	Status int
	// Title and Text are in Ukrainian: what happened, and what to do. They are
	// the same for all causes of a code.
	Title string
	Text  string
	// RetryAfter is sent with the statuses 429 and 503 when the fault itself
	// names no time.
	RetryAfter time.Duration
}

// REST returns the wording of a code. The statuses follow the project's table
// of situations: what cannot be used is 400 or 422, a signature or a person
// that does not fit is 403, as is a missing consent; a neighbour's failure is
// 503 or 504, our own 500. An unknown code is worded as an internal error.
func REST(code dovidka.Code) Wording {
	if w, ok := restWordings[code]; ok {
		return w
	}
	return restWordings[dovidka.CodeInternal]
}

const signAgain = "Підпишіть запит ще раз власним кваліфікованим електронним підписом."

var restWordings = map[dovidka.Code]Wording{
	dovidka.CodeMalformed: {Status: http.StatusBadRequest, Title: "Запит не вдалося прочитати",
		Text: "Запит надійшов у неправильному вигляді. Оновіть сторінку або застосунок і спробуйте ще раз."},
	dovidka.CodeInvalid: {Status: http.StatusUnprocessableEntity, Title: "У запиті є помилка",
		Text: "Деякі дані запиту неправильні або відсутні. Перевірте їх і надішліть запит ще раз."},
	dovidka.CodeTooLarge: {Status: http.StatusRequestEntityTooLarge, Title: "Запит завеликий",
		Text: "Обсяг надісланих даних перевищує дозволений. Надішліть лише запит і підпис до нього."},
	dovidka.CodeRequestConflict: {Status: http.StatusConflict, Title: "Такий запит уже надіслано",
		Text: "Під цим номером уже надіслано інший запит. Створіть новий запит."},
	dovidka.CodeRequestUnknown: {Status: http.StatusNotFound, Title: "Запит не знайдено",
		Text: "Такого запиту немає або строк його зберігання минув. Створіть новий запит."},
	dovidka.CodeRequestExpired: {Status: http.StatusForbidden, Title: "Час на підписання минув",
		Text: "Запит потрібно підписати, поки він чинний. Створіть новий запит і підпишіть його."},
	dovidka.CodeRateLimited: {Status: http.StatusTooManyRequests, Title: "Забагато запитів", RetryAfter: time.Second,
		Text: "Зараз надходить забагато запитів. Зачекайте трохи та спробуйте ще раз."},
	dovidka.CodeCallerUnknown: {Status: http.StatusForbidden, Title: "Доступ не надано",
		Text: "Систему, з якої надіслано запит, не допущено до сервісу. Зверніться до її служби підтримки."},

	dovidka.CodeSignatureMalformed: {Status: http.StatusUnprocessableEntity, Title: "Підпис не вдалося прочитати",
		Text: "Файл підпису пошкоджений або має невідомий вигляд. " + signAgain},
	dovidka.CodeSignatureInvalid: {Status: http.StatusForbidden, Title: "Підпис недійсний",
		Text: "Перевірка підпису не пройшла. " + signAgain},
	dovidka.CodeSignatureUntrusted: {Status: http.StatusForbidden, Title: "Сертифікат підпису не прийнято",
		Text: "Сертифікат вашого підпису недійсний або виданий невідомим надавачем. Скористайтеся чинним кваліфікованим підписом."},
	dovidka.CodeSignatureIndeterminate: {Status: http.StatusForbidden, Title: "Підпис не вдалося перевірити",
		Text: "Зараз неможливо підтвердити, що сертифікат вашого підпису чинний. Спробуйте підписати запит пізніше."},
	dovidka.CodeSignatureMismatch: {Status: http.StatusForbidden, Title: "Підписано інший документ",
		Text: "Підпис поставлено не під цим запитом. " + signAgain},
	dovidka.CodeSignatureReplayed: {Status: http.StatusForbidden, Title: "Цей підпис уже використано",
		Text: "Кожен запит підписують окремо. Створіть новий запит і підпишіть його."},
	dovidka.CodeSignerNotPerson: {Status: http.StatusForbidden, Title: "Потрібен підпис фізичної особи",
		Text: "Запит підписано печаткою або підписом організації. Скористайтеся власним кваліфікованим електронним підписом."},
	dovidka.CodeSignerNotIdentified: {Status: http.StatusForbidden, Title: "У підписі немає вашого номера",
		Text: "Сертифікат підпису не містить РНОКПП або номера паспорта. Скористайтеся підписом, у якому він є."},
	dovidka.CodeSubjectMismatch: {Status: http.StatusForbidden, Title: "Запит підписала інша особа",
		Text: "Підпис належить не тій особі, про яку йдеться в запиті. " + signAgain},

	dovidka.CodeConsentRequired: {Status: http.StatusForbidden, Title: "Потрібна ваша згода",
		Text: "Щоб отримати дані декларацій, потрібна ваша згода на їх передавання. Прочитайте умови та надайте згоду."},
	dovidka.CodeConsentRefused: {Status: http.StatusForbidden, Title: "Згоду не надано",
		Text: "Без вашої згоди дані не передаються. Ви можете надати згоду будь-коли, створивши новий запит."},
	dovidka.CodeConsentWithdrawn: {Status: http.StatusForbidden, Title: "Згоду відкликано",
		Text: "Ви відкликали згоду, тому дані більше не передаються. Щоб отримати їх, створіть новий запит і надайте згоду."},
	dovidka.CodeConfidantRequired: {Status: http.StatusForbidden, Title: "Потрібен законний представник",
		Text: "За особу, молодшу 14 років, або підопічного запит подає законний представник. Зверніться до нього."},
	dovidka.CodeRelationNotConfirmed: {Status: http.StatusForbidden, Title: "Право представляти особу не підтверджено",
		Text: "Система охорони здоров’я не підтверджує, що ви представляєте цю особу. Перевірте дані або зверніться до її лікаря."},
	dovidka.CodePatientNotFound: {Status: http.StatusNotFound, Title: "Не знайшли даних за вашим запитом",
		Text: "Не вдалося знайти запис пацієнта за даними вашого підпису. Зверніться до свого лікаря, щоб перевірити дані."},
	dovidka.CodeNotEntitled: {Status: http.StatusForbidden, Title: "Немає права на такий запит",
		Text: "Вашій установі не дозволено робити такий запит без підпису громадянина. Зверніться до власника сервісу."},
	dovidka.CodeDeclarationNumberInvalid: {Status: http.StatusUnprocessableEntity, Title: "Неправильний номер декларації",
		Text: "Такого номера декларації не може бути. Перевірте його за декларацією й надішліть запит ще раз."},

	dovidka.CodeRegistryUnavailable: {Status: http.StatusServiceUnavailable, Title: "Реєстр тимчасово недоступний", RetryAfter: 30 * time.Second,
		Text: "Зараз неможливо отримати дані з реєстру. Спробуйте пізніше."},
	dovidka.CodeStorageUnavailable: {Status: http.StatusServiceUnavailable, Title: "Сервіс тимчасово недоступний", RetryAfter: 30 * time.Second,
		Text: "Зараз неможливо обробити запит. Спробуйте пізніше."},
	dovidka.CodeTimeout: {Status: http.StatusGatewayTimeout, Title: "Відповідь затримується",
		Text: "Реєстр не відповів вчасно. Спробуйте ще раз за кілька хвилин."},
	dovidka.CodeBusy: {Status: http.StatusServiceUnavailable, Title: "Сервіс перевантажений", RetryAfter: 2 * time.Second,
		Text: "Зараз обробляється забагато запитів. Спробуйте ще раз за хвилину."},
	dovidka.CodeInternal: {Status: http.StatusInternalServerError, Title: "Сталася помилка",
		Text: "Сталася помилка на нашому боці, і ми про неї вже знаємо. Спробуйте пізніше."},
}

// Level says how loud a refusal is in a log: what is expected is information,
// a neighbour's failure a warning, our own defect an error.
func Level(code dovidka.Code) slog.Level {
	switch code.Class() {
	case dovidka.ClassExternal:
		return slog.LevelWarn
	case dovidka.ClassUnoperated:
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}
