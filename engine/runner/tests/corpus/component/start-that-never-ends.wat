(component
  (core module $m (func $f (loop $l (br $l))) (start $f))
  (core instance $i (instantiate $m))
)
