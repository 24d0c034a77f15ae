package disclosure

// Names are the words beside codes, by the name of their code system.
func Names() map[string]map[string]string {
	statuses := make(map[string]string)
	for status, name := range statusNames {
		statuses[string(status)] = name
	}
	return map[string]map[string]string{
		"declaration-status": statuses, "declaration-status-reason": reasonNames, "declaration-scope": scopeNames,
		"position": positionNames, "speciality-type": specialityNames, "division-type": divisionNames, "legal-entity-type": legalEntityNames,
	}
}
