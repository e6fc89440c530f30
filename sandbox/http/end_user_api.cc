// End users abroad: addresses, people, packages of requirements, and what they must hold.
// Documents are in end_user_document_api.cc.
#include <algorithm>
#include <array>
#include <utility>

#include "common/clock/clock.h"
#include "sandbox/http/envelope.h"
#include "sandbox/http/paging.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {
namespace {

using http::Response;
using json::Json;

constexpr std::int64_t kMaxLimit = 100;
constexpr std::int64_t kDefaultLimit = 10;

constexpr std::array<FieldRule, 3> kAddressRules = {{
    {"countryCodeA3", FieldKind::kText, true, 3, 3},
    {"addressLine1", FieldKind::kText, true, 1, 200},
    {"city", FieldKind::kText, true, 1, 100},
}};
constexpr std::array<FieldRule, 2> kEndUserRules = {{
    {"type", FieldKind::kText, true, 1, 50},
    {"fields", FieldKind::kObject, false},
}};
constexpr std::array<FieldRule, 3> kPackageRules = {{
    {"countryCodeA3", FieldKind::kText, true, 3, 3},
    {"phoneNumberType", FieldKind::kText, true, 1, 50},
    {"endUserType", FieldKind::kText, true, 1, 50},
}};
constexpr std::array<FieldRule, 2> kAssetRules = {{
    {"assetReferenceId", FieldKind::kText, true, 1, 100},
    {"assetType", FieldKind::kText, true, 1, 50},
}};

struct Collection {
  std::string_view segment;
  std::string_view id_name;
  /// Around each record; "" for none.
  std::string_view wrapper;
  std::string_view status_name;
  std::string_view first_status;
  std::span<const FieldRule> rules;
};

constexpr std::array<Collection, 3> kCollections = {{
    {"addresses", "addressId", "address", "geoValidationStatus", "GEO_VALID", kAddressRules},
    {"endUsers", "endUserId", "", "status", "DRAFT", kEndUserRules},
    {"requirementsPackages", "requirementsPackageId", "", "status", "DRAFT", kPackageRules},
}};

const Collection& CollectionOf(const Context& context) {
  const auto* found =
      std::find_if(kCollections.begin(), kCollections.end(), [&](const Collection& c) {
        return context.request.path.find("/" + std::string(c.segment)) != std::string::npos;
      });
  return found == kCollections.end() ? kCollections.front() : *found;
}

Json Wrapped(const Collection& collection, const Json& record) {
  if (collection.wrapper.empty()) return record;
  return {{std::string(collection.wrapper), record}};
}

void Stamp(const Context& context, Json& record) {
  const std::string now = FormatIso8601(context.platform.clock.NowMs());
  if (!record.contains("createdDateTime")) record["createdDateTime"] = now;
  record["updatedDateTime"] = now;
}

void NoteHistory(Context& context, const std::string& id, const Json& record) {
  RecordShelf& records = context.platform.records;
  const std::string shelf = "history/" + id;
  const std::string entry = std::to_string(records.List(shelf).size());
  records.Add(shelf, entry,
              {{"status", json::StringOr(record, "status")},
               {"customReference", json::StringOr(record, "customReference")},
               {"dateTime", json::StringOr(record, "updatedDateTime")},
               {"author", "Customer"}});
}

// "countryCodeA3[eq]" and its like.
bool FitsFilter(const Json& record, std::string_view filter, std::string_view wanted) {
  const std::size_t open = filter.find('[');
  if (open == std::string_view::npos) return true;
  const std::string value = json::StringOr(record, filter.substr(0, open));
  const std::string_view way = filter.substr(open);
  if (way == "[eq]") return value == wanted;
  if (way == "[startsWith]") return value.starts_with(wanted);
  if (way == "[contains]") return value.find(wanted) != std::string::npos;
  return true;
}

Response List(Context& context) {
  const auto limit = context.request.Query("limit")
                         ? ParseInRange(*context.request.Query("limit"), 1, kMaxLimit)
                         : std::optional(kDefaultLimit);
  if (!limit) return ErrorResponse(context.api, 400, "limit must be from 1 to 100");
  const Collection& collection = CollectionOf(context);
  Json found = Json::array();
  for (const Json* record : context.platform.records.List(collection.segment)) {
    const auto& query = context.request.query;
    const bool fits = std::all_of(query.begin(), query.end(), [record](const auto& pair) {
      return FitsFilter(*record, pair.first, pair.second);
    });
    if (fits && found.size() < static_cast<std::size_t>(*limit)) {
      found.push_back(Wrapped(collection, *record));
    }
  }
  return Envelope(200, std::move(found));
}

Response Create(Context& context) {
  const Collection& collection = CollectionOf(context);
  const auto problems = CheckFields(context.body, collection.rules);
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  const std::string id = NewUuid(context.platform.random);
  Json record = context.body;
  record.erase("geoValidation");
  record[std::string(collection.id_name)] = id;
  record[std::string(collection.status_name)] = collection.first_status;
  Stamp(context, record);
  NoteHistory(context, id, record);
  return Envelope(201, Wrapped(collection, context.platform.records.Add(collection.segment, id,
                                                                        std::move(record))));
}

Response Get(Context& context) {
  const Collection& collection = CollectionOf(context);
  const Json* record = context.platform.records.Find(collection.segment, context.path[1]);
  if (record == nullptr) return NoSuchRecord(context, std::string(collection.id_name));
  return Envelope(200, Wrapped(collection, *record));
}

Response Patch(Context& context) {
  const Collection& collection = CollectionOf(context);
  Json* record = context.platform.records.Find(collection.segment, context.path[1]);
  if (record == nullptr) return NoSuchRecord(context, std::string(collection.id_name));
  if (!context.body.is_object()) return ErrorResponse(context.api, 400, "an object is required");
  record->merge_patch(context.body);
  (*record)[std::string(collection.id_name)] = context.path[1];
  Stamp(context, *record);
  NoteHistory(context, context.path[1], *record);
  return Get(context);
}

Response ValidateAddress(Context& context) {
  const auto problems = CheckFields(context.body, kAddressRules);
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  Json address = context.body;
  address.erase("geoValidation");
  address.erase("customReference");
  return Envelope(200, {{"address", std::move(address)},
                        {"geoValidationStatus", "GEO_VALID"},
                        {"excludedFeatures", Json::array()}});
}

// What a country wants to know of an address.
Response ListAddressFields(Context&) {
  Json fields = Json::array();
  for (const std::string_view name : {"addressLine1", "city", "postalCode"}) {
    fields.push_back({{"fieldName", name},
                      {"friendlyName", name},
                      {"type", "string"},
                      {"required", true},
                      {"changeable", false}});
  }
  return Envelope(200, {{"addressFields", std::move(fields)}});
}

Response ListCities(Context& context) {
  const std::string_view wanted = context.request.Query("city[startsWith]").value_or("");
  Json cities = Json::array();
  for (const auto& [city, code] : {std::pair{"Aalen", "73430"}, std::pair{"Paris", "75001"}}) {
    if (std::string_view(city).starts_with(wanted)) {
      cities.push_back({{"city", city}, {"postalCode", code}});
    }
  }
  return Envelope(200, Json::array({std::move(cities)}));
}

Json Fields() {
  return Json::array({{{"friendlyName", "Registration number"},
                       {"fieldName", "registrationNumber"},
                       {"type", "String"},
                       {"required", true},
                       {"maxLength", 50}}});
}

Json DocumentTypes() {
  return Json::array({{{"type", "businessRegistration"},
                       {"friendlyName", "Business registration"},
                       {"fields", Fields()}}});
}

Response ListDocumentTypes(Context&) { return Envelope(200, DocumentTypes()); }

Response ListEndUserTypes(Context&) {
  return Envelope(200, Json::array({{{"type", "BUSINESS"}, {"fields", Fields()}}}));
}

Response ListRequirements(Context& context) {
  const auto type = context.request.Query("phoneNumberType[eq]");
  if (!type) return ErrorResponse(context.api, 400, "phoneNumberType is required");
  const std::string_view country = context.request.Query("countryCodeA3[eq]").value_or("FRA");
  return Envelope(200,
                  Json::array({{{"countryCodeA3", country},
                                {"phoneNumberType", *type},
                                {"endUserType", "BUSINESS"},
                                {"requirement",
                                 {{"endUser", {{"type", "BUSINESS"}, {"fields", Fields()}}},
                                  {"address", {{"location", "LOCAL"}}},
                                  {"supportingDocuments",
                                   Json::array({{{"name", "Business registration"},
                                                 {"type", "IDENTITY"},
                                                 {"acceptedDocuments", DocumentTypes()}}})}}}}}));
}

std::string AssetShelf(const Context& context) { return "assets/" + context.path[1]; }

bool HasPackage(Context& context) {
  return context.platform.records.Find("requirementsPackages", context.path[1]) != nullptr;
}

Response ListAssets(Context& context) {
  if (!HasPackage(context)) return NoSuchRecord(context, "requirementsPackageId");
  Json assets = Json::array();
  for (const Json* asset : context.platform.records.List(AssetShelf(context))) {
    assets.push_back(*asset);
  }
  return Envelope(200, std::move(assets));
}

Response AttachAsset(Context& context) {
  if (!HasPackage(context)) return NoSuchRecord(context, "requirementsPackageId");
  const auto problems = CheckFields(context.body, kAssetRules);
  if (!problems.empty()) return ErrorResponse(context.api, ToStatus(problems));
  RecordShelf& records = context.platform.records;
  const std::string reference = json::StringOr(context.body, "assetReferenceId");
  const Json* referenced = nullptr;
  for (const std::string_view shelf : {"addresses", "endUsers", "documents"}) {
    if (const Json* found = records.Find(shelf, reference)) referenced = found;
  }
  if (referenced == nullptr) return NoSuchRecord(context, "assetReferenceId");
  const std::string id = NewUuid(context.platform.random);
  Json asset = {{"assetId", id},
                {"assetReferenceId", reference},
                {"assetType", json::StringOr(context.body, "assetType")},
                {"assetReferenceData", *referenced}};
  Stamp(context, asset);
  return Envelope(201, records.Add(AssetShelf(context), id, std::move(asset)));
}

Response DetachAsset(Context& context) {
  const bool removed = context.platform.records.Remove(AssetShelf(context), context.path[2]);
  return removed ? Response{204, {}, ""} : NoSuchRecord(context, "assetId");
}

Response ListHistory(Context& context) {
  if (!HasPackage(context)) return NoSuchRecord(context, "requirementsPackageId");
  Json history = Json::array();
  for (const Json* entry : context.platform.records.List("history/" + context.path[1])) {
    history.push_back(*entry);
  }
  return Envelope(200, std::move(history));
}

Response ValidateActivation(Context& context) {
  const Json* sets = json::FindArray(context.body, "requirementsSets");
  if (sets == nullptr || sets->empty()) {
    return ErrorResponse(context.api, 400, "requirementsSets is required");
  }
  Json outcome = Json::array();
  for (const Json& set : *sets) {
    if (!set.is_object()) return ErrorResponse(context.api, 400, "requirementsSets holds no sets");
    const std::string id = json::StringOr(set, "requirementsPackageId");
    const bool known = context.platform.records.Find("requirementsPackages", id) != nullptr;
    const Json codes = set.value("areaCodes", Json::array());
    const Json none = {{"areaCodes", Json::array()}, {"reasons", Json::array()}};
    const Json all = {{"areaCodes", codes}, {"reasons", Json::array()}};
    Json entry = set;
    entry["status"] = known ? "VERIFIED" : "NOT_FOUND";
    entry["result"] = {{"activatable", known ? all : none}, {"notActivatable", known ? none : all}};
    outcome.push_back(std::move(entry));
  }
  return Envelope(200, {{"requirementsSets", std::move(outcome)}});
}

constexpr auto kApi = Api::kEnvelope;
constexpr auto kJson = BodyKind::kJson;
constexpr auto kNone = BodyKind::kNone;

constexpr std::array<Route, 23> kRoutes = {{
    {"GET", "/api/v2/addresses/fields/{country}", kApi, kNone, ListAddressFields},
    {"GET", "/api/v2/addresses/{country}/cityInfo", kApi, kNone, ListCities},
    {"POST", "/api/v2/accounts/{accountId}/addresses/validator", kApi, kJson, ValidateAddress},
    {"GET", "/api/v2/accounts/{accountId}/addresses", kApi, kNone, List},
    {"POST", "/api/v2/accounts/{accountId}/addresses", kApi, kJson, Create},
    {"GET", "/api/v2/accounts/{accountId}/addresses/{id}", kApi, kNone, Get},
    {"PATCH", "/api/v2/accounts/{accountId}/addresses/{id}", kApi, kJson, Patch},
    {"GET", "/api/v2/compliance/documentTypes", kApi, kNone, ListDocumentTypes},
    {"GET", "/api/v2/compliance/endUserTypes", kApi, kNone, ListEndUserTypes},
    {"GET", "/api/v2/accounts/{accountId}/compliance/requirements", kApi, kNone, ListRequirements},
    {"GET", "/api/v2/accounts/{accountId}/compliance/endUsers", kApi, kNone, List},
    {"POST", "/api/v2/accounts/{accountId}/compliance/endUsers", kApi, kJson, Create},
    {"GET", "/api/v2/accounts/{accountId}/compliance/endUsers/{id}", kApi, kNone, Get},
    {"PATCH", "/api/v2/accounts/{accountId}/compliance/endUsers/{id}", kApi, kJson, Patch},
    {"GET", "/api/v2/accounts/{accountId}/compliance/requirementsPackages", kApi, kNone, List},
    {"POST", "/api/v2/accounts/{accountId}/compliance/requirementsPackages", kApi, kJson, Create},
    {"GET", "/api/v2/accounts/{accountId}/compliance/requirementsPackages/{id}", kApi, kNone, Get},
    {"PATCH", "/api/v2/accounts/{accountId}/compliance/requirementsPackages/{id}", kApi, kJson,
     Patch},
    {"GET", "/api/v2/accounts/{accountId}/compliance/requirementsPackages/{id}/assets", kApi, kNone,
     ListAssets},
    {"POST", "/api/v2/accounts/{accountId}/compliance/requirementsPackages/{id}/assets", kApi,
     kJson, AttachAsset},
    {"DELETE", "/api/v2/accounts/{accountId}/compliance/requirementsPackages/{id}/assets/{assetId}",
     kApi, kNone, DetachAsset},
    {"GET", "/api/v2/accounts/{accountId}/compliance/requirementsPackages/{id}/history", kApi,
     kNone, ListHistory},
    {"POST", "/api/v2/accounts/{accountId}/compliance/numberActivation/validator", kApi, kJson,
     ValidateActivation},
}};

}  // namespace

std::span<const Route> EndUserRoutes() { return kRoutes; }

}  // namespace bw::sandbox
