//! What a project writes under `with:`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inputs {
    /// The namespace to make. It becomes the boundary of the account.
    pub namespace: String,
    /// The service account to make in it.
    #[serde(default = "deployer")]
    pub service_account: String,
    /// What the service account may do in the namespace.
    #[serde(default)]
    pub role: Role,
    /// Bounds what the namespace may use in all: the spec of a ResourceQuota.
    #[serde(default)]
    pub resource_quota: Option<ResourceQuotaSpec>,
    /// Defaults and bounds of each container in the namespace: the spec of a LimitRange.
    #[serde(default)]
    pub limit_range: Option<LimitRangeSpec>,
    /// Labels for everything that is made.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Take over objects of these names that exist and belong to nobody or to somebody else.
    #[serde(default)]
    pub adopt: bool,
}

/// What the service account may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Role {
    /// The Role's name; the service account's with `-role` if left out.
    #[serde(default)]
    pub name: Option<String>,
    /// Rules as a Role has them, instead of those that deploying containers needs.
    #[serde(default)]
    pub rules: Option<Vec<PolicyRule>>,
}

/// A rule of a Role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyRule {
    /// The API groups; the empty text is the core group.
    pub api_groups: Vec<String>,
    /// The resources, as `deployments` or `pods/log`.
    pub resources: Vec<String>,
    /// Only objects of these names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource_names: Vec<String>,
    /// What may be done, as `get`.
    pub verbs: Vec<String>,
}

/// The spec of a ResourceQuota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceQuotaSpec {
    /// The bounds, as `requests.cpu: 2` or `pods: 20`.
    pub hard: BTreeMap<String, Quantity>,
    /// Only pods that fit all of these count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Only pods that fit this too count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_selector: Option<ScopeSelector>,
}

/// Which pods count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScopeSelector {
    /// All of these.
    pub match_expressions: Vec<ScopeRequirement>,
}

/// One thing that a pod has to fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScopeRequirement {
    /// As `PriorityClass`.
    pub scope_name: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    pub operator: String,
    /// For `In` and `NotIn`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// The spec of a LimitRange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitRangeSpec {
    /// One for each type of thing.
    pub limits: Vec<LimitRangeItem>,
}

/// Bounds and defaults of one type of thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitRangeItem {
    /// `Container`, `Pod` or `PersistentVolumeClaim`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Limits of a container that says none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub default: BTreeMap<String, Quantity>,
    /// Requests of a container that says none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub default_request: BTreeMap<String, Quantity>,
    /// The most.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub max: BTreeMap<String, Quantity>,
    /// The least.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub min: BTreeMap<String, Quantity>,
    /// How many times the request the limit may be.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub max_limit_request_ratio: BTreeMap<String, Quantity>,
}

/// An amount, as `500m`, `1Gi` or `20`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Amount", into = "String")]
#[schemars(with = "Amount")]
pub struct Quantity(String);

/// People write whole numbers without quotes; the API server wants text.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
enum Amount {
    Text(String),
    Whole(u64),
}

impl From<Amount> for Quantity {
    fn from(amount: Amount) -> Self {
        match amount {
            Amount::Text(text) => Self(text),
            Amount::Whole(number) => Self(number.to_string()),
        }
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

fn deployer() -> String {
    "deployer".to_owned()
}

impl Inputs {
    /// The Role's name.
    pub fn role_name(&self) -> String {
        self.role.name.clone().unwrap_or_else(|| self.derived("role"))
    }

    /// The names of what belongs to the service account.
    pub fn derived(&self, what: &str) -> String {
        format!("{}-{what}", self.service_account)
    }
}
