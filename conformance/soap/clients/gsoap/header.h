// The header fields for soapcpp2, where the description declares none.

//gsoap xroad schema namespace: http://x-road.eu/xsd/xroad.xsd
//gsoap xroad schema form: qualified
//gsoap id schema namespace: http://x-road.eu/xsd/identifiers
//gsoap id schema form: qualified
//gsoap party schema namespace: http://x-road.eu/xsd/representation.xsd
//gsoap party schema form: qualified

enum id__ObjectType { id__ObjectType__MEMBER, id__ObjectType__SUBSYSTEM, id__ObjectType__SERVICE };

struct id__ClientIdentifier
{
    char *xRoadInstance 1;
    char *memberClass 1;
    char *memberCode 1;
    char *subsystemCode 0;
  @ enum id__ObjectType objectType 1;
};

struct id__ServiceIdentifier
{
    char *xRoadInstance 1;
    char *memberClass 1;
    char *memberCode 1;
    char *subsystemCode 0;
    char *serviceCode 1;
  @ enum id__ObjectType objectType 1;
};

struct party__RepresentedParty
{
    char *partyClass 0;
    char *partyCode 1;
};

mutable struct SOAP_ENV__Header
{
    struct id__ClientIdentifier *xroad__client;
    struct id__ServiceIdentifier *xroad__service;
    char *xroad__userId;
    char *xroad__id;
    char *xroad__issue;
    struct party__RepresentedParty *party__representedParty;
    char *xroad__protocolVersion;
};
