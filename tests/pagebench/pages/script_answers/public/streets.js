window[document.currentScript.dataset.callback](['Elm Road', 'Mill Lane', 'Quay Street']);
