/** Documents of the shape that suppliers' systems write (OASIS UBL 2.1 examples, Peppol BIS Ordering and Despatch Advice 3). */

const NAMESPACES =
  'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"';

const PARTIES = `
  <cac:SellerSupplierParty><cac:Party>
    <cbc:EndpointID schemeID="0088">7300010000001</cbc:EndpointID>
    <cac:PartyIdentification><cbc:ID schemeID="0088">7300010000001</cbc:ID></cac:PartyIdentification>
    <cac:PartyLegalEntity><cbc:RegistrationName>Bolts Ltd</cbc:RegistrationName></cac:PartyLegalEntity>
  </cac:Party></cac:SellerSupplierParty>
  <cac:BuyerCustomerParty><cac:Party>
    <cac:PartyIdentification><cbc:ID>demo/plant-1</cbc:ID></cac:PartyIdentification>
  </cac:Party></cac:BuyerCustomerParty>`;

export function orderResponse(
  content: string,
  more: { code?: string; note?: string; id?: string; root?: string; orderNumber?: string } = {},
): string {
  const { code, note, id = 'OR-1', root = 'OrderResponse', orderNumber = 'PO-000042' } = more;
  return `<?xml version="1.0" encoding="UTF-8"?>
<${root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:${root}-2" ${NAMESPACES}>
  <cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order_response:3</cbc:CustomizationID>
  <cbc:ProfileID>urn:fdc:peppol.eu:poacc:bis:ordering:3</cbc:ProfileID>
  <cbc:ID>${id}</cbc:ID>
  <cbc:SalesOrderID>SO-7</cbc:SalesOrderID>
  <cbc:IssueDate>2026-03-02</cbc:IssueDate>
  ${code === undefined ? '' : `<cbc:OrderResponseCode listID="UNCL4343">${code}</cbc:OrderResponseCode>`}
  ${note === undefined ? '' : `<cbc:Note>${note}</cbc:Note>`}
  <!-- the order that this answers -->
  <cac:OrderReference><cbc:ID>${orderNumber}</cbc:ID></cac:OrderReference>${PARTIES}
  ${content}
</${root}>`;
}

export function despatchAdvice(lines: string, more: { sscc?: string; id?: string; orderNumber?: string } = {}): string {
  const { sscc, id = 'DA-1', orderNumber = 'PO-000042' } = more;
  return `<?xml version="1.0" encoding="UTF-8"?>
<DespatchAdvice xmlns="urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2" ${NAMESPACES}>
  <cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:despatch_advice:3</cbc:CustomizationID>
  <cbc:ID>${id}</cbc:ID>
  <cbc:IssueDate>2026-03-03</cbc:IssueDate>
  <cac:OrderReference><cbc:ID>${orderNumber}</cbc:ID></cac:OrderReference>${PARTIES}
  <cac:Shipment>
    <cbc:ID>SH-1</cbc:ID>
    <cac:Delivery><cac:EstimatedDeliveryPeriod>
      <cbc:StartDate>2026-03-05</cbc:StartDate><cbc:EndDate>2026-03-05</cbc:EndDate><cbc:EndTime>12:30:00</cbc:EndTime>
    </cac:EstimatedDeliveryPeriod></cac:Delivery>
    ${sscc === undefined ? '' : `<cac:TransportHandlingUnit><cbc:ID schemeID="0167">${sscc}</cbc:ID></cac:TransportHandlingUnit>`}
  </cac:Shipment>
  ${lines}
</DespatchAdvice>`;
}
