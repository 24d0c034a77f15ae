#!/usr/bin/env bash
# usage: list.sh CERTIFICATE OTHER-CERTIFICATE    (both DER in base64)
# Writes a list of trusted services, unsigned: a Ukrainian provider whose service has a
# past, and a European one that was withdrawn. Everything in it is invented. ISSUED and
# NEXT are the times of its issue and of the next.
set -euo pipefail
uri=http://uri.etsi.org/TrstSvc
czo=http://czo.gov.ua/TrstSvc
cat <<XML
<?xml version="1.0" encoding="UTF-8"?>
<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" xmlns:tslx="http://uri.etsi.org/02231/v2/additionaltypes#" xmlns:unused="urn:example:unused" TSLTag="http://uri.etsi.org/19612/TSLTag" Id="TSL-17">
  <!-- made for tests -->
  <SchemeInformation>
    <TSLVersionIdentifier>5</TSLVersionIdentifier>
    <TSLSequenceNumber>17</TSLSequenceNumber>
    <TSLType>$uri/TrustedList/TSLType/EUgeneric</TSLType>
    <SchemeOperatorName>
      <Name xml:lang="en">Scheme operator: test</Name>
      <Name xml:lang="uk">Засвідчувальний орган: випробування</Name>
    </SchemeOperatorName>
    <SchemeOperatorAddress>
      <PostalAddresses>
        <PostalAddress xml:lang="uk"><StreetAddress>Вигадана, 1</StreetAddress><Locality>Київ</Locality><CountryName>UA</CountryName></PostalAddress>
      </PostalAddresses>
      <ElectronicAddress><URI xml:lang="en">https://lists.example</URI></ElectronicAddress>
    </SchemeOperatorAddress>
    <SchemeName><Name xml:lang="en">UA:Trusted list &amp; test</Name></SchemeName>
    <SchemeInformationURI><URI xml:lang="en">https://lists.example/?a=1&amp;b=2</URI></SchemeInformationURI>
    <StatusDeterminationApproach>$uri/TrustedList/StatusDetn/EUappropriate</StatusDeterminationApproach>
    <SchemeTypeCommunityRules><URI xml:lang="en">$uri/TrustedList/schemerules/EUcommon</URI></SchemeTypeCommunityRules>
    <SchemeTerritory>UA</SchemeTerritory>
    <PolicyOrLegalNotice><TSLLegalNotice xml:lang="uk">Перелік вигаданий.</TSLLegalNotice></PolicyOrLegalNotice>
    <HistoricalInformationPeriod>65535</HistoricalInformationPeriod>
    <PointersToOtherTSL>
      <OtherTSLPointer>
        <ServiceDigitalIdentities><ServiceDigitalIdentity><DigitalId><X509Certificate>$2</X509Certificate></DigitalId></ServiceDigitalIdentity></ServiceDigitalIdentities>
        <TSLLocation>https://lists.example/other.xml</TSLLocation>
        <AdditionalInformation>
          <OtherInformation><TSLType>$uri/TrustedList/TSLType/EUlistofthelists</TSLType></OtherInformation>
          <OtherInformation><SchemeTerritory>EU</SchemeTerritory></OtherInformation>
          <OtherInformation><tslx:MimeType>application/vnd.etsi.tsl+xml</tslx:MimeType></OtherInformation>
        </AdditionalInformation>
      </OtherTSLPointer>
    </PointersToOtherTSL>
    <ListIssueDateTime>${ISSUED:-2026-12-01T09:00:00Z}</ListIssueDateTime>
    <NextUpdate><dateTime>${NEXT:-2027-06-01T00:00:00Z}</dateTime></NextUpdate>
    <DistributionPoints><URI>https://lists.example/list.xml</URI></DistributionPoints>
  </SchemeInformation>
  <TrustServiceProviderList>
    <TrustServiceProvider>
      <TSPInformation>
        <TSPName><Name xml:lang="uk">КНЕДП «Приклад»</Name><Name xml:lang="en">QTSP "Example"</Name></TSPName>
        <TSPTradeName><Name xml:lang="en">NTRUA-12345678</Name></TSPTradeName>
        <TSPAddress>
          <PostalAddresses><PostalAddress xml:lang="en"><StreetAddress>Invented, 1</StreetAddress><Locality>Kyiv</Locality><CountryName>UA</CountryName></PostalAddress></PostalAddresses>
          <ElectronicAddress><URI xml:lang="en">mailto:info@provider.example</URI></ElectronicAddress>
        </TSPAddress>
        <TSPInformationURI><URI xml:lang="en">https://provider.example</URI></TSPInformationURI>
      </TSPInformation>
      <TSPServices>
        <TSPService>
          <ServiceInformation>
            <ServiceTypeIdentifier>$czo/Svctype/CA/QC</ServiceTypeIdentifier>
            <ServiceName><Name xml:lang="uk">Видача кваліфікованих сертифікатів</Name></ServiceName>
            <ServiceDigitalIdentity>
              <DigitalId><X509Certificate>$1</X509Certificate></DigitalId>
              <DigitalId><X509SubjectName>CN=Example</X509SubjectName></DigitalId>
            </ServiceDigitalIdentity>
            <ServiceStatus>$czo/TrustedList/Svcstatus/granted</ServiceStatus>
            <StatusStartingTime>2026-02-01T00:00:00Z</StatusStartingTime>
            <ServiceInformationExtensions>
              <Extension Critical="true"><AdditionalServiceInformation><URI xml:lang="en">$uri/TrustedList/SvcInfoExt/ForeSignatures</URI></AdditionalServiceInformation></Extension>
            </ServiceInformationExtensions>
          </ServiceInformation>
          <ServiceHistory>
            <ServiceHistoryInstance>
              <ServiceTypeIdentifier>$czo/Svctype/CA/QC</ServiceTypeIdentifier>
              <ServiceName><Name xml:lang="uk">Видача кваліфікованих сертифікатів</Name></ServiceName>
              <ServiceDigitalIdentity><DigitalId><X509Certificate>$1</X509Certificate></DigitalId></ServiceDigitalIdentity>
              <ServiceStatus>$uri/TrustedList/Svcstatus/withdrawn</ServiceStatus>
              <StatusStartingTime>2025-08-01T00:00:00Z</StatusStartingTime>
            </ServiceHistoryInstance>
            <ServiceHistoryInstance>
              <ServiceTypeIdentifier>$czo/Svctype/CA/QC</ServiceTypeIdentifier>
              <ServiceName><Name xml:lang="uk">Видача кваліфікованих сертифікатів</Name></ServiceName>
              <ServiceDigitalIdentity><DigitalId><X509SubjectName>CN=Example</X509SubjectName></DigitalId></ServiceDigitalIdentity>
              <ServiceStatus>$czo/TrustedList/Svcstatus/granted</ServiceStatus>
              <StatusStartingTime>2025-01-01T00:00:00Z</StatusStartingTime>
            </ServiceHistoryInstance>
          </ServiceHistory>
        </TSPService>
      </TSPServices>
    </TrustServiceProvider>
    <TrustServiceProvider>
      <TSPInformation><TSPName><Name xml:lang="en">Other provider</Name></TSPName></TSPInformation>
      <TSPServices>
        <TSPService>
          <ServiceInformation>
            <ServiceTypeIdentifier>$uri/Svctype/CA/QC</ServiceTypeIdentifier>
            <ServiceName><Name xml:lang="en">Qualified certificates</Name></ServiceName>
            <ServiceDigitalIdentity><DigitalId><X509Certificate>$2</X509Certificate></DigitalId></ServiceDigitalIdentity>
            <ServiceStatus>$uri/TrustedList/Svcstatus/withdrawn</ServiceStatus>
            <StatusStartingTime>2026-03-01T00:00:00Z</StatusStartingTime>
          </ServiceInformation>
        </TSPService>
      </TSPServices>
    </TrustServiceProvider>
  </TrustServiceProviderList>
</TrustServiceStatusList>
XML
