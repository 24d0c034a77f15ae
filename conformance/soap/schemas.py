"""Validates messages by xmllint against the schemas inside descriptions."""

import re
import subprocess
from collections import defaultdict

from lxml import etree

SCHEMA = "{http://www.w3.org/2001/XMLSchema}"

# Whatever the schemas of a description declare, one after the other.
DRIVER = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
{imports}
<xs:element name="message"><xs:complexType><xs:sequence>
<xs:any namespace="##other" processContents="strict" maxOccurs="unbounded"/>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


class Validator:
    def __init__(self, work):
        self.work = work
        self.folder = work / "schemas"
        self.folder.mkdir()
        self.declared = {}  # by description: the elements its schemas declare
        self.documents = defaultdict(dict)  # by description: file and name

    def add(self, description, name, elements):
        """Has the elements checked that the description declares; those of our
        own namespace always."""
        if description not in self.declared:
            self._extract(description)
        declared, spaces = self.declared[description]
        message = etree.Element("message")
        for element in elements:
            if element.tag in declared or etree.QName(element).namespace == spaces[0]:
                message.append(etree.fromstring(etree.tostring(element, with_tail=False)))
        path = self.folder / f"{description}-{len(self.documents[description])}.xml"
        path.write_bytes(etree.tostring(message))
        self.documents[description][str(path)] = name

    def _extract(self, description):
        """Writes the schemas of a description to files of their own, and one
        that imports all."""
        declared, spaces, imports = set(), [], []
        for number, schema in enumerate(etree.parse(self.work / "descriptions" / f"{description}.wsdl").iter(SCHEMA + "schema")):
            space, name = schema.get("targetNamespace"), f"{description}-{number}.xsd"
            spaces.append(space)
            declared |= {f"{{{space}}}{element.get('name')}" for element in schema.findall(SCHEMA + "element")}
            (self.folder / name).write_bytes(etree.tostring(schema, with_tail=False))
            imports.append(f'<xs:import namespace="{space}" schemaLocation="{name}"/>')
        if not spaces:
            raise SystemExit(f"the description {description} has no schemas")
        (self.folder / f"{description}.xsd").write_text(DRIVER.format(imports="\n".join(imports)))
        self.declared[description] = declared, spaces

    def differences(self, given_out, space):
        """How the schema of a namespace in the description served differs from
        the one in a file."""
        schemas = [
            next(etree.tostring(s, method="c14n") for s in etree.parse(path).iter(SCHEMA + "schema") if s.get("targetNamespace") == space)
            for path in (given_out, self.work / "descriptions" / "bare.wsdl")
        ]
        if schemas[0] != schemas[1]:
            yield f"the schema of {space} served is not that in {given_out}"

    def run(self):
        """Yields for every document its name and what xmllint has against it."""
        for description, documents in self.documents.items():
            done = subprocess.run(
                ["xmllint", "--noout", "--nonet", "--schema", f"{description}.xsd", *documents],
                cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            )
            valid = set(re.findall(r"^(.*) validates$", done.stdout, re.MULTILINE))
            for path, name in documents.items():
                said = [line for line in done.stdout.splitlines() if path in line]
                yield name, [] if path in valid else said or done.stdout.splitlines()[:5]
