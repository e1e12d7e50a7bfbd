//! Reading objects, one or many.

use serde_json::Value;

use super::kinds::Place;
use super::objects::{self, text};
use super::wire::Call;
use super::{Cluster, Denial, Error, Kind, ObjectReference, fields, path};

/// The most objects in a page.
const PAGE: u32 = 500;

/// Which objects to list.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Empty for the core group.
    pub group: String,
    /// Within the group.
    pub version: String,
    /// As in `kind:`.
    pub kind: String,
    /// Nothing means the default namespace, or all for cluster-scoped kinds.
    pub namespace: Option<String>,
    /// As in `app=httpd,tier!=cache`; empty for all.
    pub label_selector: String,
    /// Dotted fields to keep; empty keeps all.
    pub fields: Vec<String>,
    /// How many at most; 0 leaves it to the host.
    pub limit: u32,
    /// Where the page before ended.
    pub continue_from: Option<String>,
}

/// A part of a list.
pub struct Page {
    /// The objects.
    pub objects: Vec<Value>,
    /// Where to go on; nothing at the end.
    pub continue_from: Option<String>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page")
            .field("objects", &self.objects.len())
            .finish_non_exhaustive()
    }
}

/// What an object is, as far as it may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The object; nothing where there is none.
    Known(Option<Value>),
    /// The account may not read it.
    Unread(Denial),
}

impl Cluster {
    /// What the object is, whether or not there is one and it may be read.
    pub async fn see(&self, object: &ObjectReference) -> Result<Seen, Error> {
        self.see_at(&self.place(object).await?).await
    }

    pub(super) async fn see_at(&self, place: &Place) -> Result<Seen, Error> {
        match self.find(place).await {
            Ok(found) => Ok(Seen::Known(found)),
            Err(Error::Forbidden(denial)) => Ok(Seen::Unread(denial)),
            Err(other) => Err(other),
        }
    }

    /// The object as it is.
    pub async fn get(&self, object: &ObjectReference) -> Result<Value, Error> {
        let place = self.place(object).await?;
        self.read(&place).await
    }

    pub(super) async fn read(&self, place: &Place) -> Result<Value, Error> {
        let answer = self.inner.wire.ask_json(&Call::get(place.path.clone())).await?;
        objects::answered(answer)
    }

    /// The object, or nothing where there is none.
    pub(super) async fn find(&self, place: &Place) -> Result<Option<Value>, Error> {
        match self.read(place).await {
            Ok(object) => Ok(Some(object)),
            Err(Error::NotFound) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// A page of objects.
    pub async fn list(&self, selection: &Selection) -> Result<Page, Error> {
        let kind = self
            .kind(&selection.group, &selection.version, &selection.kind)
            .await?;
        let namespace = self.namespace_of(&kind, selection.namespace.as_deref())?;
        let limit = if selection.limit == 0 {
            PAGE
        } else {
            selection.limit.min(PAGE)
        }
        .to_string();
        let query = [
            ("labelSelector", selection.label_selector.as_str()),
            ("limit", &limit),
            ("continue", selection.continue_from.as_deref().unwrap_or_default()),
        ];
        let path = path::query(&path::collection(&kind, namespace.as_deref()), &query);
        let mut answer = self.inner.wire.ask_json(&Call::get(path)).await?;
        let objects = listed(&mut answer, &kind);
        let objects = objects
            .into_iter()
            .map(|it| fields::keep(it, &selection.fields))
            .collect();
        let rest = text(&answer, "/metadata/continue");
        Ok(Page {
            objects,
            continue_from: (!rest.is_empty()).then(|| rest.to_owned()),
        })
    }
}

/// The objects of a list. Each is told what it is, since the server says it of the list only.
pub(super) fn listed(answer: &mut Value, kind: &Kind) -> Vec<Value> {
    let Some(Value::Array(mut objects)) = answer.get_mut("items").map(Value::take) else {
        return Vec::new();
    };
    for object in objects.iter_mut().filter_map(Value::as_object_mut) {
        object.insert("apiVersion".to_owned(), kind.api_version().into());
        object.insert("kind".to_owned(), kind.kind.clone().into());
    }
    objects
}
