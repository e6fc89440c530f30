// The tables behind api_errors.h: what codes mean and what to do about a refusal.
#include <algorithm>
#include <array>
#include <charconv>

#include "tool-service/core/api_errors.h"

namespace bw::tool_service {
namespace {

// Only the beginning of an answer is searched for words.
constexpr std::size_t kSearchedBytes = 4'096;
constexpr int kAnyStatus = 0;

struct Row {
  int status;
  /// One of the answer's codes, of the numbers API; empty: any.
  std::string_view code;
  /// Must occur in the body; empty: any body.
  std::string_view text;
  Advice advice;
};

constexpr Advice kSearchAgain = {
    "The numbers are gone, or were never free.",
    "Search again with GetAvailableTns and order what it finds; keep what was bought."};
constexpr Advice kSearchCriteria = {
    "A search criterion is missing or malformed.",
    "Give at least one criterion in the form that the tool describes."};
constexpr Advice kPaging = {"page and size do not fit.",
                            "Give both, as numbers from 1; later pages as Links.next says."};
constexpr Advice kProductOff = {"The account does not have this product.",
                                "Contact Bandwidth; repeating does not help."};

// The first row that fits decides, so the narrow ones come first. (bandwidth.md §9.2)
constexpr std::array kRows = {
    Row{kAnyStatus,
        "",
        "VCS-0044",
        {"The number is still being set up.", "Wait 3 seconds and repeat, for up to 90 seconds."}},
    Row{kAnyStatus,
        "5020",
        "",
        {"The site has no default location.", "Create a location with IsDefaultPeer true first."}},
    Row{kAnyStatus, "5022", "", {"The order names no site.", "Pass SiteId (see ListSites)."}},
    Row{kAnyStatus,
        "1022",
        "",
        {"A number is not in E.164 form.", "Write it as +15550100002, then repeat."}},
    Row{kAnyStatus,
        "12220",
        "",
        {"The campaign was rejected by the second carrier aggregator (DCA2).",
         "Have the campaign corrected; then repeat."}},
    Row{kAnyStatus,
        "5132",
        "",
        {"SMS is off at the number's location.",
         "Turn SMS on there (CreateSipPeerSmsSettings), then repeat."}},
    Row{kAnyStatus,
        "5133",
        "",
        {"A2P messaging is off at the number's location.",
         "Turn A2P on in the location's SMS settings, then repeat."}},
    Row{kAnyStatus,
        "12962",
        "",
        {"A field belongs to an application of the other type.",
         "Use only fields of the application's own family (voice or messaging)."}},
    Row{kAnyStatus,
        "12107",
        "",
        {"Locations still use the application.", "Unlink it from them first, then delete it."}},
    Row{kAnyStatus,
        "7300",
        "",
        {"The port-in waits for the losing carrier and cannot be changed.",
         "Read its state later with RetrievePortin."}},
    Row{kAnyStatus,
        "11020",
        "",
        {"The number already has caller name data, or an order for it is running.",
         "Look at the orders there are before making another."}},
    Row{kAnyStatus, "12150", "", kProductOff},
    Row{409, "", "feature is required", kProductOff},
    Row{kAnyStatus, "12055", "", kProductOff},
    Row{kAnyStatus, "5005", "", kSearchAgain},
    Row{kAnyStatus, "5018", "", kSearchAgain},
    Row{200, "", "OrderStatus>PARTIAL<", kSearchAgain},
    Row{200, "", "OrderStatus>FAILED<", kSearchAgain},
    Row{kAnyStatus, "4010", "", kSearchCriteria},
    Row{kAnyStatus, "1006", "", kPaging},
    Row{kAnyStatus, "13055", "", kPaging},
    Row{kAnyStatus, "13056", "", kPaging},
    Row{kAnyStatus, "13057", "", kPaging},
    Row{kAnyStatus, "13058", "", kPaging},
    // 10DLC ("… is not enabled on account", "… for the Registration Center") among others.
    Row{403,
        "",
        "not enabled",
        {"The product is not enabled for this account.",
         "Ask Bandwidth to enable it; repeating does not help."}},
    Row{403,
        "",
        "does not have access rights",
        {"The credentials lack the role Campaign Management.",
         "Have the role added to the credentials; repeating does not help."}},
    Row{400,
        "",
        "",
        {"The API found a mistake in the request.",
         "Correct what the answer below names, then repeat."}},
    Row{401,
        "",
        "",
        {"The credentials were refused, or belong to another environment.",
         "Do not repeat it; a fresh token was already tried. Ask for the right BW_CLIENT_ID, "
         "BW_CLIENT_SECRET and BW_ENVIRONMENT."}},
    Row{402, "", "", {"The account has no credit left.", "Add credit or upgrade the account."}},
    Row{403,
        "",
        "",
        {"The credentials may not do this.",
         "The account or the credentials lack the role or product for this API: name it to the "
         "person; repeating does not help."}},
    Row{404,
        "",
        "",
        {"There is no such resource.",
         "Check accountId and the other ids. A call or order made moments ago may need 1 to 5 "
         "seconds to appear."}},
    Row{405, "", "", {"The resource does not support this.", "Use another tool."}},
    Row{406,
        "",
        "",
        {"The API cannot answer in the requested format.",
         "Report this; repeating does not help."}},
    Row{408,
        "",
        "",
        {"The API waited too long for the request.",
         "Look at the present state before repeating."}},
    Row{409,
        "",
        "",
        {"The resource's state does not allow this now.",
         "Read its present state first: a call may not be answered yet, or be over."}},
    Row{410, "", "", {"The resource no longer exists.", "Do not repeat."}},
    Row{413, "", "", {"The request is too large.", "Send less."}},
    Row{415,
        "",
        "",
        {"The API does not accept this content type.", "Check the content type of the body."}},
    Row{422,
        "",
        "",
        {"The API understood the request and will not carry it out as it is.",
         "Correct what the answer below names."}},
    Row{429,
        "",
        "",
        {"Too many requests.",
         "Wait as long as Retry-After says, or some seconds, then repeat more slowly."}},
};

constexpr Advice kReported = {"The API answered, and its answer reports errors.",
                              "Read below what failed and what did not; do not repeat what took "
                              "effect."};
constexpr Advice kRedirect = {"The API points to another address.",
                              "Its Location is given below; it was not followed."};
constexpr Advice kClientError = {"The API refused the request.", "See its answer below."};
constexpr Advice kServerError = {"The API failed.",
                                 "Try again in a minute; before repeating something that creates "
                                 "or sends, look whether it took effect."};

struct CodeRow {
  int first;
  int last;
  std::string_view meaning;
};

// In ascending order; ranges do not overlap. (bandwidth.md §6.5)
constexpr std::array kCodes = {
    CodeRow{1000, 1000, "internal error, repeat later"},
    CodeRow{1001, 1001, "access denied"},
    CodeRow{1003, 1003, "a field is missing"},
    CodeRow{1005, 1005, "not allowed"},
    CodeRow{1006, 1006, "a value is out of range, often the page size"},
    CodeRow{1007, 1007, "malformed date"},
    CodeRow{1008, 1008, "malformed value or id"},
    CodeRow{1009, 1009, "duplicate"},
    CodeRow{1010, 1010, "internal error, repeat later"},
    CodeRow{1011, 1012, "a value is too long or too short"},
    CodeRow{1013, 1013, "characters that are not allowed"},
    CodeRow{1014, 1014, "not a number"},
    CodeRow{1015, 1015, "it already exists"},
    CodeRow{1016, 1016, "it does not exist"},
    CodeRow{1019, 1019, "malformed request"},
    CodeRow{1022, 1022, "a number is not in E.164 form"},
    CodeRow{4000, 4008, "a search value is malformed"},
    CodeRow{4010, 4010, "criteria that cannot be combined"},
    CodeRow{4011, 4011, "a search value is malformed"},
    CodeRow{4014, 4014, "search denied"},
    CodeRow{4017, 4017, "the number is not known"},
    CodeRow{4018, 4018, "no such page"},
    CodeRow{4020, 4021, "orderBy is malformed"},
    CodeRow{4023, 4023, "the area is not served"},
    CodeRow{4024, 4024, "the tier is restricted"},
    CodeRow{5001, 5001, "malformed list of numbers"},
    CodeRow{5002, 5002, "validation failed, or no search criterion was given"},
    CodeRow{5003, 5003, "provisioning failed"},
    CodeRow{5005, 5005, "the number is not available"},
    CodeRow{5006, 5006, "disconnect failed"},
    CodeRow{5007, 5007, "the order is too large"},
    CodeRow{5008, 5008, "all numbers are invalid"},
    CodeRow{5009, 5009, "the quantity is not allowed"},
    CodeRow{5012, 5012, "the account is locked"},
    CodeRow{5016, 5016, "no such site"},
    CodeRow{5017, 5017, "only a part was filled, or a move failed"},
    CodeRow{5018, 5018, "nothing available"},
    CodeRow{5019, 5019, "still pending"},
    CodeRow{5020, 5020, "the site has no default location"},
    CodeRow{5022, 5022, "SiteId is missing"},
    CodeRow{5023, 5023, "no such location"},
    CodeRow{5040, 5041, "the reservation does not exist or has run out"},
    CodeRow{5132, 5132, "SMS is off for the number or its location"},
    CodeRow{5133, 5133, "the location's A2P setting forbids it"},
    CodeRow{5134, 5134, "Action has a value that is not allowed"},
    CodeRow{5136, 5136, "the location has no A2P"},
    CodeRow{5138, 5138, "Action has a value that is not allowed"},
    CodeRow{5139, 5139, "A2P is off for the account"},
    CodeRow{7300, 7300, "waiting for the losing carrier, cannot be changed"},
    CodeRow{7318, 7318, "CustomerOrderId: letters, digits, dashes and spaces, at most 40"},
    CodeRow{7490, 7490, "too many numbers"},
    CodeRow{7494, 7494, "NewBillingTelephoneNumber is invalid"},
    CodeRow{7496, 7496, "NewBillingTelephoneNumber is among the numbers to port"},
    CodeRow{7497, 7497, "NewBillingTelephoneNumber equals the present one"},
    CodeRow{7498, 7498, "the list of numbers can no longer be changed"},
    CodeRow{7516, 7518, "port-out check: number unknown, too many, or inactive"},
    CodeRow{7598, 7599, "port-out callback failed"},
    CodeRow{7640, 7641, "documentType is missing or contradicts the file"},
    CodeRow{7642, 7644, "the toll-free number cannot be ported"},
    CodeRow{7648, 7648, "the order cannot change to this state"},
    CodeRow{11020, 11020, "the number has caller name data, or an order is running"},
    CodeRow{12055, 12055, "the feature is not enabled for the account"},
    CodeRow{12107, 12107, "locations still use the application"},
    CodeRow{12150, 12150, "the account lacks HTTP voice"},
    CodeRow{12161, 12161, "HTTP voice is off"},
    CodeRow{12220, 12220, "the campaign was rejected by the second aggregator"},
    CodeRow{12512, 12512, "the number is invalid"},
    CodeRow{12960, 12960, "CallbackUrl and MsgCallbackUrl differ"},
    CodeRow{12961, 12961, "the method must be GET or POST"},
    CodeRow{12962, 12962, "the field belongs to the other type of application"},
    CodeRow{12963, 12963, "CallStatusMethod without its URL"},
    CodeRow{12964, 12964, "ServiceType cannot be changed"},
    CodeRow{12974, 12974, "the URL is invalid"},
    CodeRow{12976, 12977, "UserId and Password must be given together"},
    CodeRow{13047, 13047, "CallbackTimeout must be a whole number from 1 to 25"},
    CodeRow{13048, 13048, "a fallback method without its URL"},
    CodeRow{13049, 13049, "CallbackTimeout must be a whole number from 1 to 25"},
    CodeRow{13055, 13058, "page and size must be given together, as numbers from 1"},
    CodeRow{13521, 13521, "the number is not on this site"},
    CodeRow{13522, 13522, "the last default location cannot lose that role"},
    CodeRow{13523, 13524, "the location's name is taken or not allowed"},
    CodeRow{13650, 13650, "no voice application"},
    CodeRow{13652, 13652, "the location has HTTP voice"},
};

bool HasCode(const ApiErrors& errors, std::string_view code) {
  return std::any_of(errors.errors.begin(), errors.errors.end(), [code](const ApiError& error) {
    return !error.meaning.empty() && error.code == code;
  });
}

}  // namespace

Advice AdviceFor(int status, const ApiErrors& errors, std::string_view body) {
  const std::string_view head = body.substr(0, kSearchedBytes);
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& candidate) {
    return (candidate.status == kAnyStatus || candidate.status == status) &&
           (candidate.code.empty() || HasCode(errors, candidate.code)) &&
           head.find(candidate.text) != std::string_view::npos;
  });
  if (row != kRows.end()) return row->advice;
  if (status < 300) return kReported;
  if (status < 400) return kRedirect;
  return status < 500 ? kClientError : kServerError;
}

std::string_view MeaningOfCode(std::string_view code) {
  int number = 0;
  const auto [end, problem] = std::from_chars(code.data(), code.data() + code.size(), number);
  if (problem != std::errc() || end != code.data() + code.size()) return {};
  const auto* row = std::find_if(kCodes.begin(), kCodes.end(), [number](const CodeRow& entry) {
    return entry.first <= number && number <= entry.last;
  });
  return row == kCodes.end() ? std::string_view() : row->meaning;
}

}  // namespace bw::tool_service
