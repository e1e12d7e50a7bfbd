//! What a failed connection means: never sent, sent and unknown, or a certificate that is not trusted.

use std::error::Error as StdError;
use std::io;

use hyper_util::client::legacy;
use rustls::CertificateError;

use super::{Reach, Trouble};
use crate::Error;

/// What to make of an error that is no answer of the server.
pub(super) fn trouble(error: &(dyn StdError + 'static)) -> Trouble {
    let chain = chain(error);
    if let Some(reason) = chain.iter().find_map(|it| untrusted(*it)) {
        return Trouble::Final(Error::Untrusted(reason));
    }
    let reach = if chain.iter().any(|it| not_sent(*it)) {
        Reach::NotSent
    } else {
        Reach::Unknown
    };
    let message = chain
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string);
    Trouble::Later {
        reach,
        after: None,
        message,
    }
}

/// An error and what caused it. `io::Error` hides the error that it carries, so it is asked for it.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let mut chain: Vec<&'a (dyn StdError + 'static)> = vec![error];
    let mut current = error;
    loop {
        let carried = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let next: Option<&'a (dyn StdError + 'static)> = match carried {
            Some(inner) => Some(inner),
            None => current.source(),
        };
        let Some(next) = next else { return chain };
        chain.push(next);
        current = next;
    }
}

fn untrusted(error: &(dyn StdError + 'static)) -> Option<String> {
    let rustls::Error::InvalidCertificate(reason) = error.downcast_ref::<rustls::Error>()? else {
        return None;
    };
    Some(match reason {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it does not hold the host name of the URL; use a URL with a name that it holds".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired; renew it on the cluster".to_owned()
        }
        other => format!(
            "it is not signed by the CA given ({other}); put the cluster's CA into the Certificate that the Target names"
        ),
    })
}

fn not_sent(error: &(dyn StdError + 'static)) -> bool {
    if error
        .downcast_ref::<legacy::Error>()
        .is_some_and(legacy::Error::is_connect)
    {
        return true;
    }
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|it| it.kind() == io::ErrorKind::ConnectionRefused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(inner: impl StdError + Send + Sync + 'static) -> kube::Error {
        kube::Error::Service(Box::new(io::Error::other(io::Error::other(inner))))
    }

    #[test]
    fn an_unknown_issuer_is_named_with_its_remedy() {
        let error = wrapped(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer));
        let Trouble::Final(Error::Untrusted(reason)) = trouble(&error) else {
            panic!("not untrusted")
        };
        assert!(reason.contains("Certificate that the Target names"), "{reason}");
    }

    #[test]
    fn a_refused_connection_was_never_sent() {
        let error = wrapped(io::Error::from(io::ErrorKind::ConnectionRefused));
        assert!(matches!(
            trouble(&error),
            Trouble::Later {
                reach: Reach::NotSent,
                ..
            }
        ));
    }

    #[test]
    fn a_reset_connection_may_have_been_heard() {
        let error = wrapped(io::Error::from(io::ErrorKind::ConnectionReset));
        assert!(matches!(
            trouble(&error),
            Trouble::Later {
                reach: Reach::Unknown,
                ..
            }
        ));
    }
}
