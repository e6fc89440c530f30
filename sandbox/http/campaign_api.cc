// One brand with one campaign, and one short code: to be read, not changed.
#include <array>
#include <utility>

#include "sandbox/http/dashboard.h"
#include "sandbox/http/envelope.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::string_view kBrandId = "B1EXAMPLE";
constexpr std::string_view kCampaignId = "C1EXAMPLE";
constexpr std::string_view kShortCode = "55010";

xml::Element Networks() {
  return xml::Branch(
      "MnoStatusList",
      {xml::Branch("MnoStatus", {xml::Leaf("MnoName", "ATT"), xml::Leaf("MnoId", "10017"),
                                 xml::Leaf("Status", "APPROVED")})});
}

xml::Element Campaign() {
  return xml::Branch(
      "Campaign", {xml::Leaf("CampaignId", kCampaignId), xml::Leaf("Status", "ACTIVE"),
                   xml::Leaf("BrandId", kBrandId), xml::Leaf("Usecase", "ACCOUNT_NOTIFICATION"),
                   xml::Leaf("Vertical", "HEALTHCARE"), xml::Leaf("Description", "Reminders"),
                   xml::Leaf("CreateDate", "2026-01-10T19:06:23"), xml::Leaf("AutoRenewal", "true"),
                   xml::Leaf("SecondaryDcaSharingStatus", "ACCEPTED"), Networks()});
}

xml::Element Imported() {
  return xml::Branch(
      "LongCodeImportCampaignResponse",
      {xml::Branch(
          "ImportedCampaign",
          {xml::Leaf("CampaignId", kCampaignId), xml::Leaf("Description", "Reminders"),
           xml::Leaf("MessageClass", "Campaign-E"), xml::Leaf("CreateDate", "2026-01-10T12:50:45Z"),
           xml::Leaf("SecondaryDcaSharingStatus", "ACCEPTED"), xml::Leaf("Status", "ACTIVE"),
           Networks()})});
}

xml::Element Brands() {
  return xml::Branch(
      "BrandsResponse",
      {xml::Branch(
           "Brands",
           {xml::Branch("Brand",
                        {xml::Leaf("BrandId", kBrandId), xml::Leaf("EntityType", "PRIVATE_PROFIT"),
                         xml::Leaf("CompanyName", "Sandbox Company"),
                         xml::Leaf("DisplayName", "Sandbox Company"), xml::Leaf("Country", "US"),
                         xml::Leaf("Vertical", "HEALTHCARE"), xml::Leaf("IsMain", "true")})}),
       xml::Leaf("TotalCount", "1")});
}

Response ListCampaigns(Context&) {
  return XmlResponse(200,
                     xml::Branch("CampaignsResponse", {xml::Branch("Campaigns", {Campaign()})}));
}

Response ReadCampaign(Context& context) {
  if (context.path[1] != kCampaignId) return NoSuch("The campaign", "CampaignResponse");
  return XmlResponse(200, xml::Branch("CampaignResponse", {Campaign()}));
}

Response ListCampaignNumbers(Context& context) {
  constexpr std::string_view kRoot = "CampaignTnsResponse";
  if (context.path[1] != kCampaignId) return NoSuch("The campaign", kRoot);
  std::vector<std::string> numbers;
  for (const PhoneNumber& number : context.platform.account.numbers) {
    if (number.campaign_id == kCampaignId) numbers.push_back(number.number);
  }
  return XmlResponse(
      200, xml::Branch(kRoot, {Count("TotalCount", numbers.size()),
                               TextList("TelephoneNumbers", "TelephoneNumber", numbers)}));
}

Response ListImports(Context&) { return XmlResponse(200, Imported()); }

Response ReadImport(Context& context) {
  if (context.path[1] != kCampaignId) {
    return NoSuch("The campaign", "LongCodeImportCampaignResponse");
  }
  return XmlResponse(200, Imported());
}

Response ListBrands(Context&) { return XmlResponse(200, Brands()); }

Response ReadBrand(Context& context) {
  if (context.path[1] != kBrandId) return NoSuch("The brand", "BrandsResponse");
  return XmlResponse(200, Brands());
}

Response ListBrandCampaigns(Context& context) {
  if (context.path[1] != kBrandId) return NoSuch("The brand", "CampaignsResponse");
  return ListCampaigns(context);
}

Json ShortCode(const Context& context) {
  return {{"accountId", context.platform.account.id},
          {"shortCode", kShortCode},
          {"country", "USA"},
          {"status", "ACTIVE"},
          {"type", "RANDOM"},
          {"siteId", std::to_string(kFirstSiteId)},
          {"sipPeerId", std::to_string(kFirstPeerId)},
          {"carrierStatuses", {{{"carrierId", "tmobile"}, {"status", "ACTIVE"}}}},
          {"customerManagedLease", false}};
}

Response ListShortCodes(Context& context) {
  return http::JsonResponse(
      200, json::Dump(
               {{"data", {ShortCode(context)}},
                {"page",
                 {{"pageNumber", 1}, {"pageSize", 50}, {"totalElements", 1}, {"totalPages", 1}}}}));
}

Response ReadShortCode(Context& context) {
  if (context.path[1] != kShortCode || context.path[2] != "USA") {
    return NoSuchRecord(context, "The short code");
  }
  return http::JsonResponse(200, json::Dump(ShortCode(context)));
}

constexpr auto kNone = BodyKind::kNone;

constexpr std::array<Route, 10> kRoutes = {{
    {"GET", "/api/v2/accounts/{accountId}/campaignManagement/10dlc/campaigns", Api::kNumbers, kNone,
     ListCampaigns},
    {"GET", "/api/v2/accounts/{accountId}/campaignManagement/10dlc/campaigns/imports",
     Api::kNumbers, kNone, ListImports},
    {"GET", "/api/v2/accounts/{accountId}/campaignManagement/10dlc/campaigns/imports/{campaignId}",
     Api::kNumbers, kNone, ReadImport},
    {"GET", "/api/v2/accounts/{accountId}/campaignManagement/10dlc/campaigns/{campaignId}",
     Api::kNumbers, kNone, ReadCampaign},
    {"GET", "/api/v2/accounts/{accountId}/campaignManagement/10dlc/campaigns/{campaignId}/tn",
     Api::kNumbers, kNone, ListCampaignNumbers},
    {"GET", "/api/v2/accounts/{accountId}/campaignManagement/10dlc/brands", Api::kNumbers, kNone,
     ListBrands},
    {"GET", "/api/v2/accounts/{accountId}/campaignManagement/10dlc/brands/{brandId}", Api::kNumbers,
     kNone, ReadBrand},
    {"GET", "/api/v2/accounts/{accountId}/campaignManagement/10dlc/brands/{brandId}/campaigns",
     Api::kNumbers, kNone, ListBrandCampaigns},
    {"GET", "/api/v2/accounts/{accountId}/shortcodes", Api::kEnvelope, kNone, ListShortCodes},
    {"GET", "/api/v2/accounts/{accountId}/shortcodes/{shortCode}/{country}", Api::kEnvelope, kNone,
     ReadShortCode},
}};

}  // namespace

std::span<const Route> CampaignRoutes() { return kRoutes; }

}  // namespace bw::sandbox
