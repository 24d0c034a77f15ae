// Package diia passes notices on to Diia, which pushes them to the citizen's
// telephone: its service NotificationCreate on the bus.
//
// The message carries the recipient's number, the notice's id, the names of the
// partner and of a template that were agreed on with Diia, and at most the
// request's id as a parameter of the template. What the citizen reads stands in
// the template; nothing of the answer can be in it.
//
// There is no public description of the service. Operation, namespaces, elements
// and their order are those of the messages that eHealth sends (ehealth-ua/uc6),
// and the answer is read as it reads it.
package diia
