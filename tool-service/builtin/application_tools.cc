// configureCallbacks, restoreCallbacks and createApplication: where calls and texts of the account
// report to.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status/unsent.h"
#include "tool-service/builtin/builtin_tools.h"
#include "tool-service/builtin/callback_setup.h"
#include "tool-service/builtin/dashboard.h"
#include "tool-service/builtin/local_tool.h"
#include "tool-service/core/callback_plan.h"

namespace bw::tool_service {
namespace {

using json::Json;
using BackendsPtr = std::shared_ptr<const Backends>;
using SetupPtr = std::shared_ptr<const CallbackSetup>;

constexpr int kMaxIdBytes = 64;
constexpr int kMaxNameBytes = 256;

Json KindSchema(std::string_view description) {
  return {{"type", "string"}, {"enum", {"voice", "messaging"}}, {"description", description}};
}

// What both tools that change an application take.
Json TargetProperties() {
  return {{"accountId", AccountIdSchema()},
          {"applicationId",
           {{"type", "string"},
            {"minLength", 1},
            {"maxLength", kMaxIdBytes},
            {"pattern", "^[0-9A-Za-z_-]+$"},
            {"description",
             "As listApplications gives it; left out: every application that is configured here"}}},
          {"type", KindSchema("Only the configured application of this kind")},
          {"allow_credential_loss",
           {{"type", "boolean"},
            {"default", false},
            {"description",
             "Only after an answer asked for it: the application may be replaced as a whole, and "
             "credentials whose password cannot be read are lost"}}}};
}

ToolDefinition ConfigureDefinition() {
  ToolDefinition definition;
  definition.name = "configureCallbacks";
  definition.title = "Make calls and texts report to this server";
  definition.description =
      "Points applications at this server, so that calls and texts that come in, and their "
      "outcomes, arrive here; with the callback credentials that are configured. Only what differs "
      "is changed, live calls and texts follow at once. The former state is returned and kept for "
      "31 days: restoreCallbacks puts it back. Ask the person before you take an application away "
      "from another system (points_here false in listApplications).";
  definition.input_schema = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", TargetProperties()}};
  definition.annotations = {false, true, true, true};
  return definition;
}

ToolDefinition RestoreDefinition() {
  ToolDefinition definition;
  definition.name = "restoreCallbacks";
  definition.title = "Put back where calls and texts reported to";
  definition.description =
      "Undoes configureCallbacks: puts back the addresses and methods that an application had "
      "before, as far as this server keeps them (31 days). A foreign callback password cannot be "
      "read back: pass it, or the answer says that its credentials are missing.";
  Json properties = TargetProperties();
  properties["password"] = {
      {"type", "string"},
      {"minLength", 1},
      {"maxLength", 256},
      {"description",
       "Password of the former callback credentials, if the person gives it to you for this"}};
  definition.input_schema = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  definition.annotations = {false, true, true, true};
  return definition;
}

// One application meant by the arguments.
struct Target {
  std::string application_id;
  std::optional<ApplicationKind> kind;
};

StatusOr<std::vector<Target>> TargetsOf(const Json& arguments, const ServerFacts& facts) {
  const std::string wanted = json::StringOr(arguments, "type");
  const std::string id = json::StringOr(arguments, "applicationId");
  std::vector<Target> targets;
  for (const auto& [kind, configured] :
       {std::pair{ApplicationKind::kVoice, &facts.voice_application_id},
        std::pair{ApplicationKind::kMessaging, &facts.messaging_application_id}}) {
    if (!wanted.empty() && KindName(kind) != wanted) continue;
    if (!id.empty() && !wanted.empty()) targets.push_back({id, kind});
    if (id.empty() && !configured->empty()) targets.push_back({*configured, kind});
  }
  if (!id.empty() && wanted.empty()) targets.push_back({id, std::nullopt});
  if (!targets.empty()) return targets;
  return InvalidArgument("applicationId: is required, as none is configured here" +
                         (wanted.empty() ? std::string() : " for " + wanted) +
                         ". Find one with listApplications or make one with createApplication.");
}

std::string OutcomeLine(const std::string& id, const CallbackOutcome& outcome, bool restoring) {
  std::string line =
      std::string(KindName(outcome.kind)) + " application " + id + " (" + outcome.name + ") ";
  if (!outcome.changed) {
    line += restoring ? "is as it was before; nothing was changed."
                      : "reports to this server already; nothing was changed.";
  } else {
    line += restoring ? "reports where it did before." : "now reports to this server.";
    line += " Before this: " + json::Dump(outcome.before) + ".";
  }
  for (const std::string& name : outcome.passwords_unknown) {
    line += " " + name +
            " could not be put back, passwords cannot be read: call "
            "restoreCallbacks again with password, or set them in the Bandwidth app.";
  }
  return line + "\n";
}

Json OutcomeJson(const std::string& id, const CallbackOutcome& outcome) {
  Json described = {{"applicationId", id},      {"type", KindName(outcome.kind)},
                    {"name", outcome.name},     {"changed", outcome.changed},
                    {"before", outcome.before}, {"after", outcome.after}};
  if (outcome.snapshot_time_ms != 0) {
    described["restorable_to"] = FormatIso8601(outcome.snapshot_time_ms);
  }
  if (!outcome.passwords_unknown.empty()) {
    described["credentials_missing"] = outcome.passwords_unknown;
  }
  return described;
}

// The applications one after the other; kept alive by the callbacks.
class Series : public std::enable_shared_from_this<Series> {
 public:
  Series(SetupPtr setup, bool restoring, bool has_credentials, Json arguments,
         std::vector<Target> targets, CallContext context, Tool::Done done)
      : setup_(std::move(setup)),
        restoring_(restoring),
        credentials_withheld_(has_credentials && setup_->target().credentials.empty()),
        arguments_(std::move(arguments)),
        targets_(std::move(targets)),
        context_(std::move(context)),
        done_(std::move(done)) {}

  void Next() {
    if (next_ == targets_.size()) return Finish();
    const Target& target = targets_[next_++];
    CallbackJob job;
    job.account_id = json::StringOr(arguments_, "accountId");
    job.application_id = target.application_id;
    job.kind = target.kind;
    job.allow_credential_loss = json::GetBool(arguments_, "allow_credential_loss").value_or(false);
    job.password = json::StringOr(arguments_, "password");
    // Whoever calls this may have changed the password, which cannot be compared.
    job.renew_credentials = true;
    auto done = [self = shared_from_this(), id = target.application_id](
                    StatusOr<CallbackOutcome> outcome) { self->Add(id, std::move(outcome)); };
    if (restoring_) {
      setup_->Restore(std::move(job), context_, std::move(done));
    } else {
      setup_->Configure(std::move(job), context_, std::move(done));
    }
  }

 private:
  void Add(const std::string& id, StatusOr<CallbackOutcome> outcome) {
    if (outcome.ok()) {
      text_ += OutcomeLine(id, *outcome, restoring_);
      applications_.push_back(OutcomeJson(id, *outcome));
    } else {
      failed_ = true;
      const std::string problem(Message(outcome.status()));
      text_ += "application " + id + ": " + problem + "\n";
      applications_.push_back({{"applicationId", id}, {"error", problem}});
    }
    Next();
  }

  void Finish() {
    if (!restoring_ && !failed_ && credentials_withheld_) {
      text_ +=
          "The callback credentials were not given to Bandwidth, because the callback URL is not "
          "https; webhooks without them are refused. Have BW_MCP_BASE_URL set to an https URL.\n";
    }
    ToolResult result = Answer(std::move(text_), {{"applications", std::move(applications_)}});
    result.is_error = failed_;
    done_(std::move(result));
  }

  const SetupPtr setup_;
  const bool restoring_;
  const bool credentials_withheld_;
  const Json arguments_;
  const std::vector<Target> targets_;
  const CallContext context_;
  const Tool::Done done_;
  std::size_t next_ = 0;
  bool failed_ = false;
  std::string text_;
  Json applications_ = Json::array();
};

LocalTool::Handler ChangeWith(const BackendsPtr& backends, const SetupPtr& setup, bool restoring) {
  return [backends, setup, restoring](Json arguments, CallContext context, Tool::Done done) {
    auto targets = TargetsOf(arguments, backends->facts);
    if (!targets.ok()) return done(ErrorResult(std::string(Message(targets.status()))));
    std::make_shared<Series>(setup, restoring, !backends->callback_credentials.empty(),
                             std::move(arguments), *std::move(targets), std::move(context),
                             std::move(done))
        ->Next();
  };
}

ToolDefinition CreateDefinition() {
  ToolDefinition definition;
  definition.name = "createApplication";
  definition.title = "Create an application that reports to this server";
  definition.description =
      "Makes a voice application (for createCall and calls that come in) or a messaging "
      "application (for createMessage and texts that come in) that reports to this server, with "
      "the callback credentials that are configured. An application of that name and kind that "
      "exists already is given back instead of making a second one. Then link it to a location: "
      "UpdateSipPeerApplicationSettings for texts, UpdateSipPeerOriginationSettings for calls.";
  definition.input_schema = {{"type", "object"},
                             {"required", {"name", "type"}},
                             {"additionalProperties", false},
                             {"properties",
                              {{"accountId", AccountIdSchema()},
                               {"name",
                                {{"type", "string"},
                                 {"minLength", 1},
                                 {"maxLength", kMaxNameBytes},
                                 {"description", "How people recognise it in the Bandwidth app"}}},
                               {"type", KindSchema("What it is for; cannot be changed later")}}}};
  definition.annotations = {false, false, true, true};
  return definition;
}

// Look, make, and look again when nobody knows whether it was made.
class Creating : public std::enable_shared_from_this<Creating> {
 public:
  Creating(BackendsPtr backends, SetupPtr setup, const Json& arguments, CallContext context,
           Tool::Done done)
      : backends_(std::move(backends)),
        setup_(std::move(setup)),
        context_(std::move(context)),
        done_(std::move(done)),
        path_("/accounts/" + EncodeComponent(json::StringOr(arguments, "accountId")) +
              "/applications"),
        name_(json::StringOr(arguments, "name")),
        kind_(json::StringOr(arguments, "type") == "voice" ? ApplicationKind::kVoice
                                                           : ApplicationKind::kMessaging) {}

  void Start() {
    if (const Status reachable = setup_->CheckReachable(); !reachable.ok()) {
      return done_(ErrorResult(std::string(Message(reachable))));
    }
    ReadDashboard(
        backends_->http, path_, context_,
        [self = shared_from_this()](StatusOr<DashboardAnswer> answer) { self->Listed(answer); });
  }

 private:
  void Listed(const StatusOr<DashboardAnswer>& answer) {
    if (const Status problem = ProblemOf(answer); !problem.ok()) {
      return done_(ErrorResult(std::string(Message(problem))));
    }
    if (const xml::Element* found = FindIn(answer->root)) {
      return Finish(*found, "exists already; nothing was made", false);
    }
    AskDashboard(backends_->http, {"POST", path_, NewApplication(kind_, name_, setup_->target())},
                 context_,
                 [self = shared_from_this()](StatusOr<DashboardAnswer> made) { self->Made(made); });
  }

  void Made(const StatusOr<DashboardAnswer>& answer) {
    const Status problem = ProblemOf(answer, "POST");
    if (problem.ok()) {
      const xml::Element* made = xml::FindAnywhere(answer->root, "Application");
      xml::Element wanted =
          made == nullptr ? NewApplication(kind_, name_, setup_->target()) : *made;
      if (made == nullptr) {
        wanted.children.push_back(xml::Leaf("ApplicationId", answer->location_id));
      }
      return Finish(wanted, "was made and reports to this server", true);
    }
    const bool uncertain = answer.ok() ? answer->status >= 500 : !IsUnsent(answer.status());
    if (!uncertain) return done_(ErrorResult(std::string(Message(problem))));
    ReadDashboard(backends_->http, path_, context_,
                  [self = shared_from_this(), problem](StatusOr<DashboardAnswer> listed) {
                    self->Reconciled(problem, listed);
                  });
  }

  void Reconciled(const Status& problem, const StatusOr<DashboardAnswer>& listed) {
    const bool readable = ProblemOf(listed).ok();
    if (readable) {
      if (const xml::Element* found = FindIn(listed->root)) {
        return Finish(*found, "was made, although no proper answer came", true);
      }
    }
    ToolResult result = ErrorResult(
        std::string(Message(problem)) + "\n" +
        (readable ? "It is not listed so far. Look with listApplications in a minute before you "
                    "repeat this."
                  : "Whether it was made is unknown. Look with listApplications before you repeat "
                    "this."));
    result.effect_unknown = true;
    done_(std::move(result));
  }

  const xml::Element* FindIn(const xml::Element& root) const {
    const xml::Element* list = xml::FindAnywhere(root, "ApplicationList");
    if (list == nullptr) return nullptr;
    for (const xml::Element* application : xml::FindChildren(*list, "Application")) {
      if (xml::ChildText(*application, "AppName") == name_ && KindOf(*application) == kind_) {
        return application;
      }
    }
    return nullptr;
  }

  void Finish(const xml::Element& application, std::string_view what, bool made) {
    const std::string id = xml::ChildText(application, "ApplicationId");
    const bool points_here = setup_->target().urls.IsOurs(IncomingUrl(kind_, application));
    std::string text = "The " + std::string(KindName(kind_)) + " application " + id + " (" + name_ +
                       ") " + std::string(what) + ".";
    if (!points_here) {
      text += " It reports elsewhere: configureCallbacks with its applicationId changes that.";
    }
    done_(Answer(std::move(text), {{"applicationId", id},
                                   {"name", name_},
                                   {"type", KindName(kind_)},
                                   {"made", made},
                                   {"points_here", points_here},
                                   {"settings", DescribeCallbacks(application)}}));
  }

  const BackendsPtr backends_;
  const SetupPtr setup_;
  const CallContext context_;
  const Tool::Done done_;
  const std::string path_;
  const std::string name_;
  const ApplicationKind kind_;
};

}  // namespace

std::vector<CatalogueEntry> MakeApplicationTools(const BackendsPtr& backends) {
  const auto setup =
      std::make_shared<const CallbackSetup>(backends->http, backends->journal, backends->clock,
                                            backends->facts, backends->callback_credentials);
  auto create = [backends, setup](Json arguments, CallContext context, Tool::Done done) {
    std::make_shared<Creating>(backends, setup, arguments, std::move(context), std::move(done))
        ->Start();
  };
  DefaultArguments& defaults = backends->defaults;
  return {{std::make_shared<LocalTool>(ConfigureDefinition(), defaults,
                                       ChangeWith(backends, setup, /*restoring=*/false)),
           false},
          {std::make_shared<LocalTool>(RestoreDefinition(), defaults,
                                       ChangeWith(backends, setup, /*restoring=*/true)),
           false},
          {std::make_shared<LocalTool>(CreateDefinition(), defaults, std::move(create)), false}};
}

}  // namespace bw::tool_service
