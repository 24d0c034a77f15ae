// Code systems. Those of the register keep the dictionary's codes as they are;
// where nobody has published the whole dictionary they are fragments.

RuleSet: Register(content)
* ^experimental = false
* ^caseSensitive = true
* ^content = #{content}

CodeSystem: DeclarationStatusCS
Id: declaration-status
Title: "Statuses of declarations"
Description: "The statuses a declaration has in the register."
* insert Register(complete)
* #active "Діє" "In force, unless the planned end has passed."
* #pending_verification "Очікує підтвердження" "Signed, but the patient is not confirmed yet."
* #terminated "Припинена" "Ended before the planned date."
* #closed "Завершена" "The planned date has passed."
* #rejected "Відхилена" "Refused before it came into force."

CodeSystem: DeclarationScopeCS
Id: declaration-scope
Title: "Scopes of declarations"
Description: "What a declaration is about."
* insert Register(complete)
* #family_doctor "Сімейний лікар" "Primary care by a family doctor, therapist or paediatrician."

CodeSystem: DeclarationStatusReasonCS
Id: declaration-status-reason
Title: "Reasons of statuses"
Description: "Why a declaration waits or has ended. The register has no closed list and is careless about case: others are possible and passed on as they are."
* insert Register(fragment)
* ^caseSensitive = false
* #offline "Паперове підтвердження" "Waits: the patient was identified by paper documents."
* #no_tax_id "Немає РНОКПП" "Waits: the patient has no tax number."
* #manual_person "За зверненням пацієнта" "Ended at the patient's wish, or by the health service for the patient."
* #manual_employee "За зверненням щодо лікаря" "Ended by the health service for the doctor."
* #manual_employee_deactivate "Лікаря звільнено" "The doctor left the provider."
* #AUTO_DEACTIVATION_LEGAL_ENTITY "Заклад припинив діяльність" "The provider was deactivated."
* #auto_reorganization "Заклад реорганізовано" "The provider was reorganised."
* #auto_DEATH_REGISTRATION "Смерть пацієнта" "The patient's death was registered."
* #auto_FRAUD "Порушення" "The declaration was found to be fraudulent."
* #AUTO_MERGE "Об’єднання записів" "The patient's record was merged into another, automatically."
* #MANUAL_MERGE "Об’єднання записів вручну" "The patient's record was merged into another, by hand."

CodeSystem: PositionCS
Id: position
Title: "Positions"
Description: "Positions of medical staff: those of primary care from the register's dictionary POSITION."
* insert Register(fragment)
* #P7 "Лікар загальної практики - сімейний лікар"
* #P8 "Лікар-педіатр"
* #P9 "Лікар-педіатр дільничний"
* #P10 "Лікар-терапевт"
* #P11 "Лікар-терапевт дільничний"
* #P13 "Лікар-терапевт підлітковий"

CodeSystem: SpecialityTypeCS
Id: speciality-type
Title: "Specialities"
Description: "Specialities of doctors: those of primary care from the register's dictionary SPECIALITY_TYPE."
* insert Register(fragment)
* #THERAPIST "Терапевт"
* #PEDIATRICIAN "Педіатр"
* #FAMILY_DOCTOR "Сімейний лікар"

CodeSystem: DivisionTypeCS
Id: division-type
Title: "Types of divisions"
Description: "Types of a provider's divisions, from the register's dictionary DIVISION_TYPE."
* insert Register(fragment)
* #CLINIC "Філія"
* #AMBULANT_CLINIC "Амбулаторія"
* #FAP "ФАП" "A station run by a feldsher and a midwife."
* #DRUGSTORE "Аптека"
* #DRUGSTORE_POINT "Аптечний пункт"

CodeSystem: LegalEntityTypeCS
Id: legal-entity-type
Title: "Types of legal entities"
Description: "Types of those registered as legal entities, from the register's dictionary LEGAL_ENTITY_TYPE."
* insert Register(fragment)
* #MSP "Заклад охорони здоров’я"
* #PRIMARY_CARE "Первинна медична допомога"
* #OUTPATIENT "Амбулаторна медична допомога"
* #PHARMACY "Аптека"
* #MSP_PHARMACY "Заклад охорони здоров’я з аптекою"
* #MIS "Медична інформаційна система"
* #NHS "Національна служба здоров’я України"

RuleSet: AllOf(system)
* ^experimental = false
* include codes from system {system}

ValueSet: DeclarationStatusVS
Id: declaration-status
Title: "Statuses of declarations"
Description: "All statuses of declarations."
* insert AllOf($declaration-status)

ValueSet: DeclarationStatusReasonVS
Id: declaration-status-reason
Title: "Reasons of statuses"
Description: "All known reasons of statuses."
* insert AllOf($declaration-status-reason)

ValueSet: PositionVS
Id: position
Title: "Positions"
Description: "All positions."
* insert AllOf($position)

ValueSet: SpecialityTypeVS
Id: speciality-type
Title: "Specialities"
Description: "All specialities."
* insert AllOf($speciality-type)

ValueSet: DivisionTypeVS
Id: division-type
Title: "Types of divisions"
Description: "All types of divisions."
* insert AllOf($division-type)
